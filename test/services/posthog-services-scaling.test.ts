import { Template } from 'aws-cdk-lib/assertions';
import { Kafka, PostHogCapacity, PostHogProcess, PostHogProps, PostHogSize, Product } from '../../lib';
import { ConsumerGroup } from '../../lib/catalog/kafka/consumer-groups';
import { PROCESSES } from '../../lib/catalog/processes';
import { each, those } from './each-process';
import { environmentOf, newPostHog, newStack } from '../helpers/stack';
import { ofType, scalingOf, serviceOf, taskOf } from '../helpers/template';

const stack = newStack();
newPostHog(stack, { products: Object.values(Product) });
const template = Template.fromStack(stack);

function templateWith(props: (of: typeof stack) => Partial<PostHogProps>): Template {
  const other = newStack();
  newPostHog(other, { products: Object.values(Product), ...props(other) });
  return Template.fromStack(other);
}

describe('with Kafka on Amazon MSK', () => {
  const msk = templateWith((other) => ({
    kafka: Kafka.fromKafkaAttributes(other, 'Msk', { bootstrapServers: 'b-1.internal:9094', clusterName: 'events' }),
  }));
  const policiesOf = (process: string) =>
    scalingOf(msk, process)?.policies.map(({ TargetTrackingScalingPolicyConfiguration: policy }) => policy) ?? [];

  test('Kafka consumers scale on consumer lag and on nothing else', () => {
    const onLag = those(({ process }) => policiesOf(process).some(({ CustomizedMetricSpecification }) => CustomizedMetricSpecification));
    expect(onLag).toEqual([
      'ingestion-error-tracking',
      'ingestion-general',
      'ingestion-logs',
      'ingestion-sessionreplay',
      'ingestion-traces',
      'property-defs-ai',
      'property-defs-rs',
    ]);
    const withOthers = onLag.filter(
      (process) =>
        policiesOf(process).length !== 1 || policiesOf(process)[0].TargetValue !== 20_000 || policiesOf(process)[0].ScaleInCooldown !== 300,
    );
    expect(withOthers).toEqual([]);
  });

  test('a process with one consumer group scales on the lag of that group', () => {
    const [group] = PROCESSES.find(({ process }) => process === PostHogProcess.PROPERTY_DEFS)!.consumes!;
    expect(policiesOf('property-defs-rs')[0].CustomizedMetricSpecification).toEqual(lag(group));
  });

  test('ingestion-general scales on the sum of the lags of its groups, where a group without a metric counts as zero', () => {
    const groups = ['clickhouse-ingestion', 'clickhouse-ingestion-historical', 'clickhouse-ingestion-overflow', 'clickhouse-ingestion-ai'];
    expect(policiesOf('ingestion-general')[0].CustomizedMetricSpecification).toEqual({
      Metrics: [
        ...groups.map((group, index) => ({
          Id: `lag${index}`,
          MetricStat: {
            Metric: {
              Namespace: 'AWS/Kafka',
              MetricName: 'SumOffsetLag',
              Dimensions: expect.arrayContaining([{ Name: 'Consumer Group', Value: group }]) as unknown,
            },
            Stat: 'Maximum',
          },
          ReturnData: false,
        })),
        { Id: 'lag', Expression: 'lag0 + FILL(lag1, 0) + FILL(lag2, 0) + FILL(lag3, 0)', Label: 'Lag of all groups', ReturnData: true },
      ],
    });
  });
});

function lag({ group, topic }: ConsumerGroup): object {
  return {
    Namespace: 'AWS/Kafka',
    MetricName: 'SumOffsetLag',
    Statistic: 'Maximum',
    Dimensions: [
      { Name: 'Cluster Name', Value: 'events' },
      { Name: 'Consumer Group', Value: group },
      { Name: 'Topic', Value: topic },
    ],
  };
}

describe('with Fargate Spot', () => {
  const spot = templateWith(() => ({ capacity: PostHogCapacity.fargate({ spot: true }) }));

  test('processes that answer no client and whose work is retried run on Fargate Spot, and no others', () => {
    expect(those(({ process }) => JSON.stringify(serviceOf(spot, process).CapacityProviderStrategy).includes('SPOT'))).toEqual([
      'browserless',
      'cdp-cyclotron-v2-janitor',
      'cdp-hogflow-scheduler',
      'cdp-hogflow-subscription-matcher',
      'cymbal-notifications',
      'ingestion-error-tracking',
      'ingestion-general',
      'ingestion-logs',
      'ingestion-sessionreplay',
      'ingestion-traces',
      'property-defs-ai',
      'property-defs-rs',
      'temporal-batch-exports-worker',
      'temporal-django-worker',
    ]);
    expect(serviceOf(spot, 'ingestion-general')).toMatchObject({ CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Weight: 1 }] });
    expect(serviceOf(spot, 'ingestion-general').LaunchType).toBeUndefined();
  });

  test('a service with another capacity provider is deployed again, and no other service', () => {
    const nonce = (from: Template, process: string) =>
      (serviceOf(from, process) as unknown as { ForceNewDeployment: Record<string, unknown> }).ForceNewDeployment.ForceNewDeploymentNonce;
    const moved = (process: string) => JSON.stringify(serviceOf(spot, process).CapacityProviderStrategy).includes('SPOT');
    expect(those(({ process }) => nonce(spot, process) !== nonce(template, process))).toEqual(those(({ process }) => moved(process)));
  });
});

test('`size` DEV runs one small task of each process, without scaling', () => {
  const dev = templateWith(() => ({ size: PostHogSize.DEV }));
  expect(each(({ process }) => serviceOf(dev, process).DesiredCount)).toEqual(each(() => 1));
  expect(taskOf(dev, 'web')[1]).toMatchObject({ Cpu: '1024', Memory: '4096' });
  expect(ofType(dev, 'AWS::ApplicationAutoScaling::ScalableTarget')).toEqual([]);
});

test('the app and its worker have as many child processes as the memory of their tasks allows', () => {
  expect(environmentOf(template, 'worker')).toMatchObject({
    WEB_CONCURRENCY: '2',
    CELERY_MAX_MEMORY_PER_CHILD: '2097152',
    CELERY_MAX_TASKS_PER_CHILD: '5000',
  });
  expect(taskOf(template, 'web')[1].Memory).toBe('8192');
  expect(environmentOf(template, 'web')).toMatchObject({
    GRANIAN_WORKERS: '4',
    NGINX_UNIT_APP_PROCESSES: '4',
    GRANIAN_WORKERS_MAX_RSS: '1728',
    GRANIAN_RESPAWN_INTERVAL: '30',
    GRANIAN_WORKERS_KILL_TIMEOUT: '45',
  });
});

test('the app holds 8,192 connections in a task, closes idle ones as late as it can, and takes no WebSocket', () => {
  expect(environmentOf(template, 'web')).toMatchObject({
    GRANIAN_BACKLOG: '8192',
    GRANIAN_BACKPRESSURE: '2048',
    GRANIAN_HTTP1_HEADER_READ_TIMEOUT: '60000',
    GRANIAN_WEBSOCKETS: 'false',
  });
  expect(environmentOf(template, 'feature-flags')).toMatchObject({ MAX_CONCURRENCY: '5000' });
  expect(['capture', 'replay-capture'].map((process) => environmentOf(template, process).BODY_CHUNK_READ_TIMEOUT_MS)).toEqual(['60000', '60000']);
});
