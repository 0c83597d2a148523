import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { COMMANDS, TaskQueueImage } from './task-queue-image';

jest.setTimeout(60_000);

let image: TaskQueueImage;

function given(command: keyof typeof COMMANDS): TaskQueueImage {
  image = new TaskQueueImage(command);
  return image;
}

afterEach(() => image.remove());

describe('in one process', () => {
  test('registers search attributes first, then creates a worker for each queue, with ports of its own', async () => {
    given('tables');
    expect(await image.runUntil('schedule_temporal_workflows: done', 'one exports one')).toBe(0);
    expect(image.log.slice(0, 3)).toEqual([
      'register_temporal_search_attributes',
      "create one activities=['one'] enable_combined_metrics_server=True graceful_shutdown_timeout=0:01:30 metric_prefix=None metrics_port=8600",
      "create exports activities=['exports'] enable_combined_metrics_server=False graceful_shutdown_timeout=0:01:30 " +
        'metric_prefix=batch_exports_ metrics_port=8601',
    ]);
    expect(image.log.slice(3).sort()).toEqual(['run exports', 'run one', 'schedule_temporal_workflows', 'shutdown exports', 'shutdown one']);
    expect(image.output).toContain('serving 2: one exports');
  });

  test('logs a queue that the release does not have, and serves the others', async () => {
    given('tables');
    expect(await image.runUntil('serving', 'one later-queue two')).toBe(0);
    expect(image.output).toContain('NOT served, this release does not have it: later-queue');
    expect(image.output).toContain('serving 2: one two');
  });

  test('ends with an error if none of the queues exists', async () => {
    given('tables');
    expect(await image.run('later-queue')).toBe(1);
    expect(image.output).toContain('none of the queues can be served');
  });

  test('retries while Temporal has no namespace', async () => {
    given('tables').write('failures-register_temporal_search_attributes', '3');
    expect(await image.runUntil('serving', 'one')).toBe(0);
    expect(image.log.filter((line) => line === 'register_temporal_search_attributes')).toHaveLength(4);
  });

  test('ends with an error if the search attributes cannot be registered', async () => {
    given('tables').write('failures-register_temporal_search_attributes', '1000');
    expect(await image.run('one')).toBe(1);
    expect(image.output).toContain("register_temporal_search_attributes: given up: RuntimeError('Namespace default is not found')");
    expect(image.log).not.toContain('run one');
  });

  test('serves the queues if the schedules cannot be created', async () => {
    given('tables').write('failures-schedule_temporal_workflows', '1000');
    expect(await image.runUntil('the schedules are not up to date', 'one')).toBe(0);
    expect(image.log).toContain('shutdown one');
  });

  test('stops the other workers if one ends, and ends with an error', async () => {
    given('tables').write('crash-two');
    expect(await image.run('one two three')).toBe(1);
    expect(image.log.filter((line) => line.startsWith('shutdown')).sort()).toEqual(['shutdown one', 'shutdown three']);
    expect(image.output).toContain("the worker of two has ended: RuntimeError('poller has ended')");
  });

  test('serves the others if a queue is inconsistent', async () => {
    given('tables').write('contradiction-one');
    expect(await image.runUntil('serving', 'one two')).toBe(0);
    expect(image.output).toContain('NOT served, no worker can be created: one');
    expect(image.output).toContain('serving 1: two');
  });

  test('loads the sources of data imports once, and only for queues that import', async () => {
    given('tables');
    await image.runUntil('serving', 'one imports');
    expect(image.log.filter((line) => line === 'load sources')).toHaveLength(1);
    image.remove();
    given('tables');
    await image.runUntil('serving', 'one two');
    expect(image.log).not.toContain('load sources');
  });

  test('serves the others if the sources of data imports cannot be loaded', async () => {
    given('tables').write('no-sources');
    await image.runUntil('serving', 'imports one');
    expect(image.output).toContain('NOT served, the sources of data imports cannot be loaded: imports');
    expect(image.output).toContain('serving 1: one');
  });

  test('collects queues from a registry, without those that are unknown or cannot be imported', async () => {
    given('registry');
    expect(await image.runUntil('serving', 'one broken later-queue two')).toBe(0);
    expect(image.output).toContain('NOT served, its code cannot be loaded: broken');
    expect(image.output).toContain('NOT served, this release does not have it: later-queue');
    expect(image.output).toContain('serving 2: one two');
  });
});

describe("by PostHog's command", () => {
  const WAITING = `#!/bin/bash
trap 'echo "stopped $2" >> log; exit 0' TERM
if [ "$2" = unknown ]; then exit 1; fi
echo "command $*" >> log
while true; do sleep 0.05; done
`;
  let ecs: Server;

  /** Answers as the metadata endpoint of ECS does. */
  async function taskOf(memory: number): Promise<Record<string, string>> {
    const answer = JSON.stringify({ Limits: { CPU: 1, Memory: memory } });
    ecs = createServer(({ url }, response) => {
      response.end(url === '/v4/x/task' ? answer : '');
    });
    await new Promise<void>((resolve) => {
      ecs.listen(0, '127.0.0.1', resolve);
    });
    return { ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${(ecs.address() as AddressInfo).port}/v4/x` };
  }

  afterEach(
    () =>
      new Promise((resolve) => {
        ecs.close(resolve);
      }),
  );

  test.each([
    ['other', 'create_worker takes no host, port, namespace, metrics_port, workflows, activities'],
    ['bare', 'start_temporal_worker has neither'],
  ] as const)('runs a process for each queue where the code is %s', async (command, reason) => {
    given(command).write('bin/temporal-django-worker', WAITING);
    const environment = await taskOf(4096);
    const both = () => image.log.filter((line) => line.startsWith('command')).length === 2;
    expect(await image.runWhile(both, 'one two', environment)).toBe(0);
    expect(image.output).toContain(reason);
    expect(image.log).toEqual(
      expect.arrayContaining([
        'manage.py register_temporal_search_attributes --skip-checks',
        'command --task-queue one --metrics-port 8600',
        'command --task-queue two --metrics-port 8610',
        'stopped one',
        'stopped two',
      ]),
    );
  });

  test('serves the first queues that fit into the memory of the task, and logs the others', async () => {
    given('other').write('bin/temporal-django-worker', WAITING);
    const environment = await taskOf(2048);
    await image.runWhile(() => image.log.includes('command --task-queue two --metrics-port 8610'), 'one two three', environment);
    expect(image.output).toContain('NOT served, the task has memory for 2 processes; give it more with `memoryLimitMiB`: three');
    expect(image.log).not.toContain('command --task-queue three --metrics-port 8620');
  });

  test('continues if a queue does not exist', async () => {
    given('other').write('bin/temporal-django-worker', WAITING);
    const environment = await taskOf(4096);
    await image.runWhile(() => image.output.includes('its command has ended with 1: unknown'), 'unknown one', environment);
    expect(image.log).toContain('stopped one');
  });
});
