import upstream from './upstream-settings.json';
import { PostHogProcess } from '../../lib';
import { UNKNOWN_SETTINGS } from '../../lib/catalog/settings/unknown-settings';
import { UNSET_SETTINGS } from '../../lib/catalog/settings/unset-settings';
import { ProcessDefinition } from '../../lib/catalog/process-definition';
import { PROCESSES } from '../../lib/catalog/processes';
import { contextIn } from '../helpers/process-context';
import { newStack } from '../helpers/stack';

interface Local {
  default: string;
  kind: string;
  file: string;
  inherits?: string;
}

const LOCAL = upstream.local as Record<string, Record<string, Local>>;
const READ = upstream.read as Record<string, string[]>;
const MODES = upstream.nodeModes as Record<string, string>;

/** Images whose programs are not of PostHog's tree. */
const FOREIGN: ProcessDefinition['image'][] = ['browserless', 'temporal'];

/** The programs of upstream whose settings a process reads. */
function programsOf({ image }: ProcessDefinition, { PLUGIN_SERVER_MODE = '*', CYMBAL_MODE = 'processing' }: Record<string, string>): string[] {
  switch (image) {
    case 'app':
    case 'capture':
    case 'livestream':
      return [image];
    case 'node':
      return ['node', `node:${MODES[PLUGIN_SERVER_MODE] ?? MODES['*']}`];
    case 'cymbal':
      return [`cymbal:${CYMBAL_MODE}`];
    case 'propertyDefs':
      return ['property-defs-rs'];
    default:
      return [image.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)];
  }
}

const context = contextIn(newStack(), {
  proxyEnvironment: { SITE_URL: 'https://posthog.example.com', ALLOWED_HOSTS: 'posthog.example.com', TRUSTED_PROXIES: '10.0.0.4' },
});
const SETTINGS = PROCESSES.filter(({ image }) => !FOREIGN.includes(image)).map((definition) => {
  const { environment, secrets } = definition.settings(context);
  const names = new Set([...Object.keys(environment), ...Object.keys(secrets)]);
  return { process: definition.process, programs: programsOf(definition, environment), names };
});

/** Whether a setting is set, or the one that its default is taken from. */
function isSet(names: Set<string>, local: Record<string, Local>, name: string): boolean {
  const { inherits } = local[name] ?? {};
  return (
    names.has(name) || (inherits !== undefined && inherits !== name && (names.has(inherits) || (inherits in local && isSet(names, local, inherits))))
  );
}

/** Settings that keep a default which fits PostHog's own machines only, a pair for each process that reads them. */
const UNSET = SETTINGS.flatMap(({ process, programs, names }) =>
  programs.flatMap((program) =>
    Object.keys(LOCAL[program] ?? {})
      .filter((name) => !isSet(names, LOCAL[program], name))
      .map((name) => `${process} ${name}`),
  ),
);

/** The processes that read a setting whose default is local. */
function readersOf(name: string): PostHogProcess[] {
  return SETTINGS.filter(({ programs }) => programs.some((program) => name in (LOCAL[program] ?? {}))).map(({ process }) => process);
}

/** The pairs that the catalog's table accounts for. */
const ACCOUNTED = UNSET_SETTINGS.flatMap(({ name, processes }) => (processes ?? readersOf(name)).map((process) => `${process} ${name}`));

test("the list of upstream's settings has every program that the library runs, with the commit", () => {
  expect(upstream.source.commit).toMatch(/^[0-9a-f]{40}$/);
  const programs = new Set(SETTINGS.flatMap((settings) => settings.programs));
  expect([...programs].filter((program) => !((READ[program]?.length ?? 0) > 0))).toEqual([]);
  expect(READ.app.length).toBeGreaterThan(900);
  expect(Object.values(LOCAL).flatMap((found) => Object.keys(found)).length).toBeGreaterThan(120);
});

test("no setting keeps a default that fits PostHog's own machines only, except those of the catalog", () => {
  expect(UNSET.filter((pair) => !ACCOUNTED.includes(pair))).toEqual([]);
});

test('a setting of the catalog has a reason, and says what a bad default loses', () => {
  expect(UNSET_SETTINGS.filter(({ reason, loses }) => reason.length < 15 || (loses !== undefined && loses.length < 15))).toEqual([]);
});

test('the catalog has no setting that is set, or that upstream does not read', () => {
  expect(ACCOUNTED.filter((pair) => !UNSET.includes(pair))).toEqual([]);
  expect(UNSET_SETTINGS.filter(({ name, processes }) => processes === undefined && !ACCOUNTED.some((pair) => pair.endsWith(` ${name}`)))).toEqual([]);
  expect(new Set(ACCOUNTED).size).toBe(ACCOUNTED.length);
});

/** Settings of the library that no program of July's tree reads by name, a pair for each process. */
const UNREAD = SETTINGS.flatMap(({ process, programs, names }) => {
  const read = programs.flatMap((program) => READ[program] ?? []);
  const exact = new Set(read);
  const patterns = read.filter((name) => name.includes('*')).map((name) => new RegExp(`^${name.replaceAll('*', '.+')}$`));
  return [...names].filter((name) => !exact.has(name) && !patterns.some((pattern) => pattern.test(name))).map((name) => ({ process, name }));
});

/** The rows of the catalog's table that account for a setting of a process. */
const rowsFor = ({ process, name }: { process: string; name: string }) =>
  UNKNOWN_SETTINGS.filter(
    (row) => new RegExp(`^(${row.name})$`).test(name) && (row.processes as readonly string[] | undefined)?.includes(process) !== false,
  );

test('every setting of a process is read by its program, or has its reader in the catalog', () => {
  expect(UNREAD.filter((pair) => rowsFor(pair).length === 0).map(({ process, name }) => `${process} ${name}`)).toEqual([]);
});

test('every unknown setting of the catalog is set by a process', () => {
  const used = new Set(UNREAD.flatMap(rowsFor));
  expect(UNKNOWN_SETTINGS.filter((row) => !used.has(row)).map(({ name }) => name)).toEqual([]);
});
