import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const LIB = path.join(__dirname, '..', '..', 'lib');

/** Which rooms of the house each room may look into. `services` sees stores by their interfaces, and no ingress. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  network: ['private'],
  ingress: ['catalog', 'private'],
  stores: ['catalog', 'private'],
  release: ['catalog', 'private'],
  services: ['stores', 'release', 'catalog', 'private'],
  cli: ['ingress', 'release', 'catalog', 'private'],
  operations: ['catalog', 'private'],
  catalog: ['private'],
  private: [],
};

/** Code that is tested as plain functions and must stay so. */
const PURE = [
  'ingress/client-ip', 'ingress/client-ip-text', 'ingress/insecure-client-ip', 'catalog/client-address', 'ingress/address-parts', 'ingress/client-address-headers', 'ingress/endpoint-group', 'ingress/endpoint-samples',
  'ingress/forwarded-headers', 'ingress/listener-rules', 'ingress/nginx-config', 'ingress/path-pattern', 'ingress/public-endpoint',
  'ingress/rule-evaluator', 'ingress/rule-placement', 'ingress/rule-shapes', 'ingress/template-rules', 'ingress/trusted-addresses', 'private/enums',
  'operations/deployment-check-request', 'operations/http-checks', 'operations/run-checks', 'private/errors', 'private/image-reference', 'private/ip', 'release/known-releases', 'release/posthog-images', 'release/release-checks', 'release/release-description',
  'release/release-file', 'services/migration/message', 'services/migration/migration-requests', 'services/migration/migration-states', 'services/migration/verdict',
  'stores/clickhouse/config-xml', 'stores/clickhouse/keeper-xml', 'stores/clickhouse/layout', 'stores/clickhouse/prepare-script',
  'stores/clickhouse/system-logs', 'stores/clickhouse/tls', 'stores/clickhouse/topology', 'stores/clickhouse/users-xml', 'stores/clickhouse/xml',
  'stores/instance/instance-files', 'stores/postgres-parameters', 'stores/postgres-url', 'stores/redpanda-config',
];

interface Import {
  readonly file: string;
  readonly target: string;
}

const FILES = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

const IMPORTS: Import[] = FILES.flatMap((file) => [...readFileSync(path.join(LIB, file), 'utf8').matchAll(/^(?:import|export) .*?from '([^']+)';$/gms)].map(([, target]) => ({
  file,
  target: target.startsWith('.') ? path.join(path.dirname(file), target) : target,
})));

function room(file: string): string {
  return file.includes(path.sep) ? file.split(path.sep)[0] : 'top';
}

test('arrows point one way', () => {
  const own = IMPORTS.filter(({ target }) => FILES.includes(`${target}.ts`) || FILES.includes(`${target}/index.ts`));
  expect(own.length).toBeGreaterThan(100);
  const wrong = own.filter(({ file, target }) => room(file) !== 'top' && room(file) !== room(target) && !MAY_IMPORT[room(file)].includes(room(target)));
  expect(wrong).toEqual([]);
});

test('pure code knows no CDK', () => {
  expect(PURE.filter((name) => !FILES.includes(`${name}.ts`))).toEqual([]);
  // The type of a construct may stand in the signature of a helper for constructs.
  const isPure = (file: string) => room(file) === 'catalog' || PURE.includes(file.slice(0, -'.ts'.length));
  const wrong = IMPORTS.filter(({ file, target }) => isPure(file) && target.startsWith('aws-cdk-lib'));
  expect(wrong).toEqual([]);
});

/** What is bundled with all that it needs, and never loaded at a synthesis: the command line, and functions that run in AWS. */
function isProgram(file: string): boolean {
  return room(file) === 'cli' || file.endsWith('.lambda.ts');
}

test('nothing that is loaded at a synthesis imports a program', () => {
  expect(IMPORTS.filter(({ file, target }) => !isProgram(file) && isProgram(`${target}.ts`))).toEqual([]);
});

test('programs load no CDK', () => {
  expect(IMPORTS.filter(({ file, target }) => isProgram(file) && /^(aws-cdk-lib|constructs)/.test(target))).toEqual([]);
});

test('nothing at runtime depends on another package', () => {
  const packages = new Set(IMPORTS.filter(({ file }) => !isProgram(file)).map(({ target }) => target).filter((target) => /^[a-z@]/.test(target) && !FILES.includes(`${target}.ts`) && !FILES.includes(`${target}/index.ts`)));
  expect([...packages].filter((name) => !/^(aws-cdk-lib\/|constructs$|node:(crypto|fs|net|os|path)$)/.test(name))).toEqual([]);
});
