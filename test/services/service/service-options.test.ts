import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PostHogProcess, PostHogRelease, PostHogServiceOptions, PostHogSize, Product } from '../../../lib';
import { checkFargateSize } from '../../../lib/private/fargate-size';
import { TaskSize } from '../../../lib/catalog/posthog-size';
import { definitionOf, PROCESSES } from '../../../lib/catalog/processes';
import { taskSize } from '../../../lib/services/service/service-size';
import { environmentOf, newPostHog, newStack } from '../../helpers/stack';
import { containerOf, idOf, scalingOf, serviceOf, taskOf, taskRoleStatements } from '../../helpers/template';

type Options = Omit<PostHogServiceOptions, 'process'>;

const SIZES = Object.values(PostHogSize);
const find = (process: PostHogProcess) => PROCESSES.find((definition) => definition.process === process)!;

/** Every process in every size. */
const ALL = SIZES.flatMap((size) => PROCESSES.map((definition) => ({ ...definition, size, name: `${definition.process} in ${size}` })));

describe('the table of sizes', () => {
  test('has sizes that Fargate supports, and numbers of tasks that the process supports', () => {
    const wrong = ALL.filter(({ process, single, size }) => {
      const { minTasks, maxTasks } = definitionOf(process).sizes[size];
      return minTasks < 1 || maxTasks < minTasks || (single !== undefined && maxTasks !== 1) || !isFargateSize(definitionOf(process).sizes[size]);
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  test('has two tasks of each process that answers clients, unless it can have one only, except in DEV', () => {
    // Kafka keeps the events for plugins, and webhooks are sent again.
    const wrong = ALL.filter(
      ({ http, single, process, size }) => http && !single && process !== PostHogProcess.PLUGINS && size !== PostHogSize.DEV,
    ).filter(({ process, size }) => definitionOf(process).sizes[size].minTasks < 2);
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  test('never makes a process smaller in a larger size', () => {
    const wrong = PROCESSES.filter(({ process }) =>
      (['cpu', 'memoryLimitMiB', 'minTasks', 'maxTasks'] as const).some((key) =>
        SIZES.some((size, index) => index > 0 && definitionOf(process).sizes[size][key] < definitionOf(process).sizes[SIZES[index - 1]][key]),
      ),
    );
    expect(wrong.map(({ process }) => process)).toEqual([]);
  });

  test('gives capture memory for what its writers buffer during an outage of Kafka, except in DEV', () => {
    const wrong = SIZES.filter((size) => size !== PostHogSize.DEV && definitionOf(PostHogProcess.CAPTURE).sizes[size].memoryLimitMiB < 2048);
    expect(wrong).toEqual([]);
  });
});

function isFargateSize({ cpu, memoryLimitMiB }: TaskSize): boolean {
  try {
    checkFargateSize(cpu, memoryLimitMiB);
    return true;
  } catch {
    return false;
  }
}

describe('taskSize', () => {
  const FARGATE = { cpuReservation: 1 };
  const sizes = (size: TaskSize) => ({ dev: size, small: size, production: size, large: size });
  const SMALL = { cpu: 512, memoryLimitMiB: 1024, minTasks: 2, maxTasks: 4 };

  test.each([
    ['keeps the size without options', {}, SMALL],
    ['takes `cpu` and `memoryLimitMiB`', { cpu: 1024, memoryLimitMiB: 4096 }, { ...SMALL, cpu: 1024, memoryLimitMiB: 4096 }],
    ['raises the maximum to `minTasks`', { minTasks: 6 }, { ...SMALL, minTasks: 6, maxTasks: 6 }],
    ['takes `maxTasks`', { maxTasks: 9 }, { ...SMALL, maxTasks: 9 }],
  ])('%s', (_, options, expected) => {
    expect(taskSize({ ...find(PostHogProcess.CAPTURE), sizes: sizes(SMALL) }, PostHogSize.SMALL, options, FARGATE)).toMatchObject(expected);
  });

  const ONE_ONLY: [PostHogProcess, string][] = [
    [PostHogProcess.LIVESTREAM, 'each task would see only some of the events'],
    [PostHogProcess.TEMPORAL, 'its tasks cannot discover each other'],
  ];

  test.each(ONE_ONLY)('refuses a second task of %s with its reason, and names the prop that asks for it', (process, reason) => {
    const one = { ...SMALL, minTasks: 1, maxTasks: 1 };
    const rule = `must be 1 for ${process}: ${reason}, got: 2; raise \`cpu\` and \`memoryLimitMiB\` instead`;
    expect(() => taskSize({ ...find(process), sizes: sizes(one) }, PostHogSize.SMALL, { maxTasks: 2 }, FARGATE)).toThrow(`\`maxTasks\` ${rule}`);
    expect(() => taskSize({ ...find(process), sizes: sizes(one) }, PostHogSize.SMALL, { minTasks: 2 }, FARGATE)).toThrow(`\`minTasks\` ${rule}`);
  });
});

describe('a PostHog with options for single processes', () => {
  const stack = newStack();
  newPostHog(stack, {
    release: PostHogRelease.of('for both', PostHogRelease.V2026_09_11_R2.images, { platforms: [CpuArchitecture.X86_64, CpuArchitecture.ARM64] }),
    products: Object.values(Product),
    enableExecuteCommand: true,
    logRetention: RetentionDays.ONE_WEEK,
    removalPolicy: RemovalPolicy.DESTROY,
    serviceOptions: [
      { process: PostHogProcess.WEB, cpu: 4096, memoryLimitMiB: 8192, minTasks: 3, maxTasks: 3 },
      { process: PostHogProcess.WORKER, memoryLimitMiB: 16384, environment: { WEB_CONCURRENCY: '6' } },
      { process: PostHogProcess.CAPTURE, minTasks: 12 },
      { process: PostHogProcess.REPLAY_CAPTURE, maxTasks: 40 },
      { process: PostHogProcess.FEATURE_FLAGS, cpuArchitecture: CpuArchitecture.ARM64, environment: { MINE: 'yes' } },
    ],
  });
  const template = Template.fromStack(stack);
  const those = (condition: (process: string) => unknown) => PROCESSES.map(({ process }) => process as string).filter(condition);

  test('has tasks of the sizes in the options', () => {
    expect(taskOf(template, 'web')[1]).toMatchObject({ Cpu: '4096', Memory: '8192' });
    expect(taskOf(template, 'worker')[1]).toMatchObject({ Cpu: '2048', Memory: '16384' });
    expect(taskOf(template, 'capture')[1]).toMatchObject({ Cpu: '256', Memory: '2048' });
  });

  test('has a fixed number of tasks of a process whose minimum is its maximum', () => {
    expect([serviceOf(template, 'web').DesiredCount, scalingOf(template, 'web')]).toEqual([3, undefined]);
    expect([serviceOf(template, 'capture').DesiredCount, scalingOf(template, 'capture')]).toEqual([12, undefined]);
  });

  test('scales a process up to `maxTasks`', () => {
    expect(scalingOf(template, 'replay-capture')?.target).toMatchObject({ MinCapacity: 2, MaxCapacity: 40 });
  });

  test('runs only the process with `cpuArchitecture` ARM64 on ARM', () => {
    expect(those((process) => taskOf(template, process)[1].RuntimePlatform.CpuArchitecture === 'ARM64')).toEqual(['feature-flags']);
  });

  test('sets additional variables of that process only, and lets them override what follows from the size of its task', () => {
    expect(those((process) => containerOf(template, process).Environment?.some(({ Name }) => Name === 'MINE'))).toEqual(['feature-flags']);
    expect(environmentOf(template, 'worker')).toMatchObject({ WEB_CONCURRENCY: '6', CELERY_MAX_MEMORY_PER_CHILD: '2097152' });
  });

  test('keeps the log of every process for `logRetention`, and deletes it with the stack if `removalPolicy` is DESTROY', () => {
    const groups = template.findResources('AWS::Logs::LogGroup') as Record<
      string,
      { Properties: { RetentionInDays: number }; DeletionPolicy: string }
    >;
    const wrong = those((process) => {
      const { Properties, DeletionPolicy } = groups[idOf(containerOf(template, process).LogConfiguration.Options['awslogs-group'])];
      return Properties.RetentionInDays !== 7 || DeletionPolicy !== 'Delete';
    });
    expect(wrong).toEqual([]);
  });

  test('allows ECS Exec in every task, with the permissions that it needs, if `enableExecuteCommand` is set', () => {
    const channels = ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'].map((name) => `ssmmessages:${name}`);
    const wrong = those((process) => {
      const actions = taskRoleStatements(template, process).flatMap((statement) => statement.actions);
      return !serviceOf(template, process).EnableExecuteCommand || !channels.every((channel) => actions.includes(channel));
    });
    expect(wrong).toEqual([]);
  });
});

describe('errors', () => {
  function define(process: PostHogProcess, options: Options) {
    return () => newPostHog(newStack(), { serviceOptions: [{ process, ...options }] });
  }

  test.each([0, -1, 1.5, NaN])('refuses %d for `minTasks`', (minTasks) => {
    expect(define(PostHogProcess.WEB, { minTasks })).toThrow(
      `[Stack/PostHog] \`serviceOptions[0].minTasks\` must be a whole number from 1 to 5000, got: ${minTasks}`,
    );
  });

  test.each<[PostHogProcess, Options, string]>([
    [PostHogProcess.WEB, { maxTasks: 1 }, '[Stack/PostHog/Services/Web] `maxTasks` must be `minTasks` (2) or more, got: 1'],
    [PostHogProcess.CAPTURE, { minTasks: 5, maxTasks: 4 }, '`maxTasks` must be `minTasks` (5) or more, got: 4'],
    [PostHogProcess.CAPTURE, { maxTasks: 4.5 }, '`serviceOptions[0].maxTasks` must be a whole number from 1 to 5000, got: 4.5'],
  ])('refuses for %s a maximum below the minimum, or a fraction: %j', (process, options, message) => {
    expect(define(process, options)).toThrow(message);
  });

  test('refuses ARM64 with a release that does not declare its images for it, and names the entry of the list', () => {
    expect(define(PostHogProcess.CAPTURE, { cpuArchitecture: CpuArchitecture.ARM64 })).toThrow(
      '[Stack/PostHog] `serviceOptions[0].cpuArchitecture` must be X86_64 with the release 2026-09-11',
    );
  });

  test.each<[PostHogProcess, Options, string]>([
    [PostHogProcess.CAPTURE, { cpu: 300 }, '[Stack/PostHog/Services/Capture] `cpu` must be one of 256, 512'],
    [PostHogProcess.REPLAY_CAPTURE, { memoryLimitMiB: 512 }, '`memoryLimitMiB` must be one of 1024, 2048, 3072, 4096 for `cpu: 512`, got: 512'],
    [PostHogProcess.WEB, { cpu: 256 }, '`memoryLimitMiB` must be one of 512, 1024, 2048 for `cpu: 256`, got: 8192'],
  ])('refuses for %s a size that Fargate does not support: %j', (process, options, message) => {
    expect(define(process, options)).toThrow(message);
  });

  test('refuses a variable that the library sets for the process', () => {
    expect(define(PostHogProcess.CAPTURE, { environment: { ADDRESS: '0.0.0.0:80' } })).toThrow(
      "[Stack/PostHog/Services/Capture] `environment` must not set a variable that the library manages, got: 'ADDRESS'",
    );
  });

  test('refuses a variable of the load balancer in any spelling, and names the prop to use', () => {
    expect(define(PostHogProcess.CAPTURE, { environment: { trust_all_proxies: 'False' } })).toThrow(
      'use `trustedProxies: TrustedProxies.all()` if that is what you want',
    );
  });
});
