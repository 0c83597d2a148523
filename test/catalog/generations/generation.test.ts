import UPSTREAM from '../../contract/upstream-modes.json';
import { generationOf, modeOf, NEWEST_GENERATION } from '../../../lib/catalog/generations/generation';
import { GENERATIONS } from '../../../lib/catalog/generations/generations';
import { TOPICS } from '../../../lib/catalog/kafka/topics';
import { PostHogProcess, Product } from '../../../lib';
import { PublicEndpoint } from '../../../lib/ingress/routing/public-endpoint';
import { PROCESSES } from '../../../lib/catalog/processes';
import { TEMPORAL_BATCH_EXPORTS_WORKER, TEMPORAL_DJANGO_WORKER } from '../../../lib/catalog/processes/exports/temporal-workers';
import { topicsOf } from '../../../lib/migration/topics/product-topics';
import { settingsOf } from '../../helpers/process-context';

const OF_MODES = ['node', 'capture', 'cymbal'];
const VARIABLES = ['PLUGIN_SERVER_MODE', 'CAPTURE_MODE', 'CYMBAL_MODE'];

test('generations have unique names, the newest first, and do not overlap', () => {
  expect(GENERATIONS.map(({ name }) => name)).toEqual([...new Set(GENERATIONS.map(({ name }) => name))].sort().reverse());
  expect(NEWEST_GENERATION).toBe('2026-09');
  GENERATIONS.forEach(({ commits: { first, last } }, index) => {
    expect([first, last].filter(({ commit, day }) => !/^[0-9a-f]{40}$/.test(commit) || !/^\d{4}-\d{2}-\d{2}$/.test(day))).toEqual([]);
    expect(first.day <= last.day).toBe(true);
    expect(index === 0 || last.day < GENERATIONS[index - 1].commits.first.day).toBe(true);
  });
});

test.each(GENERATIONS)('$name has a mode for every process whose image has several, and for no other', (generation) => {
  const several = PROCESSES.filter(({ image, process }) => OF_MODES.includes(image) && process !== PostHogProcess.PLUGINS).map(
    ({ process }) => process,
  );
  expect(Object.keys(generation.modes).sort()).toEqual([...several].sort());
});

test("July's code parses every mode of July, under the variable of its image", () => {
  const known: Record<string, readonly string[]> = UPSTREAM.modes;
  const july = generationOf('2026-07');
  const wrong = PROCESSES.filter(({ process }) => july.modes[process] !== undefined).filter(
    ({ image, process }) => !known[VARIABLES[OF_MODES.indexOf(image)]].includes(modeOf(july, process)),
  );
  expect(wrong).toEqual([]);
});

test.each(GENERATIONS)('processes are configured with the modes and the web server of $name', (generation) => {
  const overridden = generationOf(generation.name, {
    modes: Object.fromEntries(Object.keys(generation.modes).map((process, index) => [process, `mode-${index}`])),
    webServerEnvironment: { [generation.webServer.workers]: '7' },
  });
  for (const definition of PROCESSES) {
    const settings = settingsOf(definition, { generation: overridden });
    const modes = VARIABLES.map((variable) => settings[variable]).filter((mode) => mode !== undefined);
    expect([definition.process, modes]).toEqual([
      definition.process,
      overridden.modes[definition.process] ? [modeOf(overridden, definition.process)] : [],
    ]);
    expect(settings[generation.webServer.workers]).toBe(definition.process === PostHogProcess.WEB ? '7' : undefined);
  }
});

test.each(GENERATIONS)('the endpoints of $name are rows of the endpoint table', ({ endpoints }) => {
  const rows = PublicEndpoint.all().map(({ path, process }) => `${path} ${process}`);
  expect(
    Object.entries(endpoints)
      .map(([path, process]) => `${path} ${process}`)
      .filter((row) => !rows.includes(row)),
  ).toEqual([]);
});

test('a generation has the topics of the catalog that every generation has, and its own', () => {
  const newer = TOPICS.filter((topic) => topic.newer !== undefined)
    .map(({ name }) => name)
    .sort();
  const [september, july] = ['2026-09', '2026-07'].map((name) =>
    topicsOf(Object.values(Product), 6, [], generationOf(name).topics).map((topic) => topic.name),
  );
  expect([...generationOf('2026-09').topics].sort()).toEqual(newer);
  expect(september.filter((name) => !july.includes(name))).toEqual(newer);
  expect(topicsOf([], 6, [newer[0]], [])).toContainEqual({ name: newer[0], partitions: 1 });
  expect(topicsOf([], 6, [], ['of-a-file'])).toContainEqual({ name: 'of-a-file', partitions: 1 });
});

test('serves the task queues with deployed dependencies, and those of a release that the library does not know', () => {
  const queues = (taskQueues?: string[]) =>
    [TEMPORAL_DJANGO_WORKER, TEMPORAL_BATCH_EXPORTS_WORKER].map(
      (worker) => settingsOf(worker, { generation: generationOf('2026-09', { taskQueues }) }).TASK_QUEUES,
    );
  expect(queues()[0].split(' ')).toEqual(
    expect.arrayContaining(['general-purpose-task-queue', 'analytics-platform-task-queue', 'session-replay-task-queue']),
  );
  expect(queues(['new-queue', 'weekly-digest-task-queue', 'batch-exports-task-queue'])).toEqual(['new-queue', 'batch-exports-task-queue']);
});

test('a release replaces single modes, but complete lists', () => {
  const generation = generationOf('2026-09', {
    modes: { 'ingestion-general': 'ingestion-v3' },
    taskQueues: ['one'],
    topics: ['mine'],
    webServerEnvironment: { GRANIAN_WORKERS: '2' },
  });
  const own = generationOf('2026-09');
  expect(generation).toEqual({
    ...own,
    modes: { ...own.modes, 'ingestion-general': 'ingestion-v3' },
    taskQueues: ['one'],
    topics: ['mine'],
    webServer: { ...own.webServer, environment: { ...own.webServer.environment, GRANIAN_WORKERS: '2' } },
  });
});

test.each<[string, () => unknown, string]>([
  [
    'a generation that is not known',
    () => generationOf('2031-01'),
    "`generation` must be one that this version of the library knows: 2026-09, 2026-07, got: '2031-01'; leave it out for the newest",
  ],
  [
    'the mode of a process that has none',
    () => generationOf('2026-09', { modes: { web: 'x' } }),
    '`overrides.modes` may name the processes that have a mode in the generation 2026-09: ',
  ],
  ['the mode of a process that is not known', () => generationOf('2026-09', { modes: { ingestion: 'x' } }), "got: 'ingestion'"],
  [
    'a mode that is none',
    () => generationOf('2026-09', { modes: { capture: 'Two Words' } }),
    "`overrides.modes.capture` must be the name of a mode, such as ingestion-v2-combined, got: 'Two Words'",
  ],
  [
    'a queue that is none',
    () => generationOf('2026-09', { taskQueues: ['one', 'two words'] }),
    "`overrides.taskQueues[1]` must be the name of a task queue, such as general-purpose-task-queue, got: 'two words'",
  ],
  [
    'no queue',
    () => generationOf('2026-09', { taskQueues: [] }),
    '`overrides.taskQueues` must name a queue, got: []; leave it out for those of the generation',
  ],
  [
    'a topic that is none',
    () => generationOf('2026-09', { topics: ['..'] }),
    "`overrides.topics[0]` must be the name of a topic, such as events_plugin_ingestion, got: '..'",
  ],
  [
    'a variable of another web server',
    () => generationOf('2026-09', { webServerEnvironment: { NGINX_UNIT_APP_PROCESSES: '8' } }),
    "`overrides.webServerEnvironment` may name the variables of the web server, granian, whose names begin with GRANIAN_, got: 'NGINX_UNIT_APP_PROCESSES'; other variables of the app belong in `environment` of PostHog",
  ],
  ['a process without a mode', () => modeOf(generationOf('2026-09'), PostHogProcess.WEB), 'the generation 2026-09 has no mode for web'],
])('refuses %s', (_, act, message) => {
  expect(act).toThrow(message);
});
