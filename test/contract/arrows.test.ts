import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');

/**
 * Which folders of lib/ each folder may import. `services` and `migration` know data stores by their interfaces, and no ingress; `operations` watches
 * all of them.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  network: ['private'],
  ingress: ['catalog', 'private'],
  stores: ['catalog', 'private'],
  release: ['catalog', 'private'],
  services: ['stores', 'catalog', 'private'],
  migration: ['stores', 'catalog', 'private'],
  operations: ['stores', 'services', 'migration', 'ingress', 'catalog', 'private'],
  catalog: ['private'],
  private: [],
};

/** The files without which a package does not work when it is imported: path from the root, without its ending. */
const MODULES = ['lib', 'cli'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(folder, file.slice(0, -'.ts'.length))),
);

/** What each file imports and does not only name as a type: a module of this package, or the name of another package. */
const IMPORTS = new Map(MODULES.map((module): [string, string[]] => [module, importsOf(module)]));

function importsOf(module: string): string[] {
  const source = readFileSync(path.join(ROOT, `${module}.ts`), 'utf8');
  const found = [...source.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)';|\bimport\('([^']+)'\)/gms)].map(
    ([, fixed, later]) => fixed ?? later,
  );
  return found.map((target) => {
    if (!target.startsWith('.')) {
      return target;
    }
    const file = path.join(path.dirname(module), target.replace(/\.js$/, ''));
    return MODULES.includes(path.join(file, 'index')) ? path.join(file, 'index') : file;
  });
}

/** Everything that some modules load, directly or through others. */
function loadedBy(modules: readonly string[]): Set<string> {
  const loaded = new Set<string>();
  const visit = (module: string) => {
    if (!loaded.has(module)) {
      loaded.add(module);
      IMPORTS.get(module)?.forEach(visit);
    }
  };
  modules.forEach(visit);
  return loaded;
}

/** The folder below lib/, or `` for the files that wire them. */
function folderOf(module: string): string {
  const [, folder, ...rest] = module.split(path.sep);
  return rest.length === 0 ? '' : folder;
}

/** The imports of a module within this package, including those that only name a type. */
function namesOf(module: string): string[] {
  const source = readFileSync(path.join(ROOT, `${module}.ts`), 'utf8');
  return [...source.matchAll(/ from '(\.[^']*)'/g)].map(([, target]) => path.join(path.dirname(module), target));
}

const isCli = (module: string) => module.startsWith(`cli${path.sep}`);
const isLambda = (module: string) => module.endsWith('.lambda');
const edges = () => [...IMPORTS].flatMap(([from, targets]) => targets.map((to): [string, string] => [from, to]));
const isCdk = (name: string) => /^(aws-cdk-lib|constructs)(\/|$)/.test(name);

test('every import within the package refers to an existing module', () => {
  expect(edges().filter(([, to]) => /^(lib|cli|\.\.)(\/|$)/.test(to) && !MODULES.includes(to))).toEqual([]);
  expect(edges().length).toBeGreaterThan(1000);
});

test('folders of lib import each other in one direction', () => {
  const own = edges().filter(([from, to]) => !isCli(from) && MODULES.includes(to) && folderOf(from) !== '' && folderOf(from) !== folderOf(to));
  expect(own.filter(([from, to]) => isCli(to) || !MAY_IMPORT[folderOf(from)].includes(folderOf(to)))).toEqual([]);
});

test('no files of lib import each other in a circle, not even for types', () => {
  const module = (from: string, target: string) => path.join(path.dirname(from), target);
  const imports = new Map(
    MODULES.filter((name) => !isCli(name)).map((name): [string, string[]] => {
      const source = readFileSync(path.join(ROOT, `${name}.ts`), 'utf8');
      return [name, [...source.matchAll(/^(?:import|export) [^;]*?from '(\.[^']+)';/gms)].map(([, target]) => module(name, target))];
    }),
  );
  const circles = new Set<string>();
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]) => {
    const start = trail.indexOf(name);
    if (start >= 0) {
      circles.add([...trail.slice(start), name].map((file) => path.basename(file)).join(' -> '));
    } else if (!done.has(name)) {
      (imports.get(name) ?? []).forEach((target) => visit(target, [...trail, name]));
      done.add(name);
    }
  };
  [...imports.keys()].forEach((name) => visit(name, []));
  expect([...circles]).toEqual([]);
  expect([...imports.values()].flat().length).toBeGreaterThan(500);
});

test('no other folder imports the concrete classes of data stores', () => {
  const concrete = ['postgres/postgres', 'postgres/aurora-postgres', 'cache/cache', 'kafka/kafka', 'kafka/redpanda-kafka', 'clickhouse/clickhouse'];
  const classes = [...concrete, 'object-storage/object-storage'].map((name) => path.join('lib', 'stores', name));
  const importers = edges().filter(([from, to]) => classes.includes(to) && folderOf(from) !== 'stores');
  expect(new Set(importers.map(([from]) => from))).toEqual(new Set([path.join('lib', 'index')]));
});

test('the catalog names nothing outside of the catalog and lib/private, not even a type', () => {
  const catalog = MODULES.filter((module) => folderOf(module) === 'catalog');
  const named = catalog.flatMap((module) => namesOf(module).map((to) => [module, to]));
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter(([, to]) => !/^lib\/(catalog|private)\//.test(to))).toEqual([]);
});

test('no other folder imports the definition of a single process', () => {
  const definitions = /^lib\/catalog\/processes\/(?!index$|deployed-processes$|shared\/)/;
  expect(edges().filter(([from, to]) => folderOf(from) !== 'catalog' && definitions.test(to))).toEqual([]);
});

test('the command line imports lib through one module, and lib never imports the command line', () => {
  const across = edges().filter(([from, to]) => MODULES.includes(to) && isCli(from) !== isCli(to));
  expect(across.filter(([from, to]) => !isCli(from) || to !== path.join('lib', 'internal'))).toEqual([]);
});

test('the load balancer model imports nothing but itself and Node.js', () => {
  const model = path.join('cli', 'alb');
  expect(edges().filter(([from, to]) => from.startsWith(model) && !to.startsWith(model) && !to.startsWith('node:'))).toEqual([]);
});

test('the catalog, the command line and functions that run in AWS load no CDK', () => {
  const roots = MODULES.filter((module) => isCli(module) || isLambda(module) || module.startsWith(path.join('lib', 'catalog')));
  const importers = [...loadedBy(roots)].filter((module) => IMPORTS.get(module)?.some(isCdk));
  expect(importers).toEqual([]);
});

test('a synthesis loads neither the command line nor functions that run in AWS', () => {
  const programs = [...loadedBy([path.join('lib', 'index')])].filter((module) => isCli(module) || isLambda(module));
  expect(programs).toEqual([]);
});

test('the library depends on no package at run time except the CDK', () => {
  const packages = [...loadedBy([path.join('lib', 'index')])].filter((module) => !MODULES.includes(module));
  expect(packages.filter((name) => !/^(aws-cdk-lib\/|constructs$|node:(crypto|fs|net|os|path)$)/.test(name))).toEqual([]);
});

test('only the files that wire the folders know the props of PostHog', () => {
  const importers = MODULES.filter((module) => namesOf(module).includes(path.join('lib', 'posthog-props')));
  expect(importers.sort()).toEqual(
    ['index', 'posthog', 'posthog-checks', 'posthog-ingress-plan', 'posthog-plan'].map((name) => path.join('lib', name)),
  );
});
