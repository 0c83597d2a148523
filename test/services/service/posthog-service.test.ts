import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AppAccess, EndpointGroup, Kafka, PostHogProcess, PostHogRelease, PostHogServiceOptions, PostHogSize, Product } from '../../../lib';
import { portOf } from '../../../lib/services/process-definition';
import { sizeOf } from '../../../lib/services/process-size';
import { ConsumerGroup } from '../../../lib/catalog/consumer-groups';
import { Stopping, STOPPING } from '../../../lib/catalog/stopping';
import { PROCESSES } from '../../../lib/services/processes';
import { environmentOf, newPostHog, newStack } from '../../helpers/stack';
import { attributes, containerOf, idOf, ofType, serviceOf, serviceResourceOf, targetGroupOf, taskOf, taskRoleStatements } from '../../helpers/template';

interface ScalingPolicy {
  PolicyType: string;
  ScalingTargetId: unknown;
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue: number;
    PredefinedMetricSpecification?: { PredefinedMetricType: string; ResourceLabel?: unknown };
  };
}
interface ScalableTarget {
  MinCapacity: number;
  MaxCapacity: number;
  ResourceId: unknown;
  ScalableDimension: string;
}

const stack = newStack();
const posthog = newPostHog(stack, { products: Object.values(Product) });
const template = Template.fromStack(stack);

const changed = newStack();
newPostHog(changed, {
  release: PostHogRelease.of('for both', PostHogRelease.V2026_09_11_R2.images, { platforms: [CpuArchitecture.X86_64, CpuArchitecture.ARM64] }),
  products: Object.values(Product),
  enableExecuteCommand: true,
  logRetention: RetentionDays.ONE_WEEK,
  removalPolicy: RemovalPolicy.DESTROY,
  serviceOptions: {
    [PostHogProcess.WEB]: { cpu: 4096, memoryLimitMiB: 8192, minTasks: 3, maxTasks: 3 },
    [PostHogProcess.WORKER]: { memoryLimitMiB: 16384 },
    [PostHogProcess.CAPTURE]: { minTasks: 12 },
    [PostHogProcess.REPLAY_CAPTURE]: { maxTasks: 40 },
    [PostHogProcess.FEATURE_FLAGS]: { cpuArchitecture: CpuArchitecture.ARM64, environment: { MINE: 'yes' } },
  },
});
const changedTemplate = Template.fromStack(changed);

/** How tasks of a process are scaled, or undefined where they are not. */
function scaling(of: Template, process: string) {
  const service = ofType(of, 'AWS::ECS::Service').find(([, { Properties }]) => idOf(Properties.TaskDefinition) === taskOf(of, process)[0])![0];
  const target = ofType<ScalableTarget>(of, 'AWS::ApplicationAutoScaling::ScalableTarget').find(([, { Properties }]) =>
    JSON.stringify(Properties.ResourceId).includes(`"${service}"`),
  );
  const policies = ofType<ScalingPolicy>(of, 'AWS::ApplicationAutoScaling::ScalingPolicy')
    .map(([, { Properties }]) => Properties)
    .filter(({ ScalingTargetId }) => idOf(ScalingTargetId) === target?.[0]);
  return target && { target: target[1].Properties, policies };
}

describe.each(PROCESSES.map((definition) => ({ ...definition })))('$process', (definition) => {
  const { process, http } = definition;
  const size = sizeOf(process, PostHogSize.SMALL);
  const service = serviceOf(template, process);
  const container = containerOf(template, process);

  test('runs a container with its name, command and time to stop', () => {
    expect(container).toMatchObject({ Name: process, StopTimeout: definition.stopTimeout, Essential: true });
    expect(container.Command).toEqual(definition.command);
    const { init, entryPoint }: Stopping = STOPPING[definition.image];
    expect(container.EntryPoint).toEqual(definition.entryPoint ?? entryPoint);
    expect(container.LinuxParameters).toEqual(init ? { Capabilities: {}, InitProcessEnabled: true } : undefined);
  });

  test('asks itself whether it is well, where no load balancer does', () => {
    const probe = http ? undefined : definition.probe;
    expect(container.HealthCheck).toEqual(
      probe && { Command: ['CMD-SHELL', `${probe.command} || exit 1`], StartPeriod: probe.startPeriod, Interval: 15, Timeout: 10, Retries: 5 },
    );
  });

  test('has the database of places put where it reads it, where its image holds none', () => {
    const others = taskOf(template, process)[1].ContainerDefinitions.filter(({ Name }) => Name !== (process as string));
    const folder = definition.geoIpFolder;
    expect(others.map(({ Name }) => Name)).toEqual(folder === undefined ? [] : ['geoip']);
    expect(container.DependsOn).toEqual(folder === undefined ? undefined : [{ ContainerName: 'geoip', Condition: 'SUCCESS' }]);
    if (folder !== undefined) {
      expect(others[0]).toMatchObject({
        EntryPoint: ['/bin/sh', '-c'],
        Command: ['cp /app/share/GeoLite2-City.mmdb /share/ && chmod a+r /share/*'],
        Essential: false,
        User: '0',
        MountPoints: [{ ContainerPath: '/share', ReadOnly: false, SourceVolume: 'geoip' }],
      });
      expect(container.MountPoints).toEqual([{ ContainerPath: '/share', ReadOnly: true, SourceVolume: 'geoip' }]);
      expect(taskOf(template, process)[1].Volumes).toEqual([{ Name: 'geoip' }]);
    }
  });

  test('has its size, on x86 Linux', () => {
    expect(taskOf(template, process)[1]).toMatchObject({
      Cpu: String(size.cpu),
      Memory: String(size.memoryLimitMiB),
      RuntimePlatform: { CpuArchitecture: 'X86_64', OperatingSystemFamily: 'LINUX' },
    });
  });

  test('logs to a group of its own, without waiting, for a month, and the log stays when the stack goes', () => {
    expect(container.LogConfiguration).toMatchObject({ LogDriver: 'awslogs', Options: { 'awslogs-stream-prefix': process, 'mode': 'non-blocking' } });
    const group = idOf(container.LogConfiguration.Options['awslogs-group']);
    expect(template.findResources('AWS::Logs::LogGroup')[group]).toMatchObject({
      Properties: { RetentionInDays: 30 },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    expect(stack.resolve(posthog.service(process).logGroup.logGroupName)).toEqual({ Ref: group });
  });

  test('is private, in the service subnets', () => {
    const { AssignPublicIp, Subnets } = service.NetworkConfiguration.AwsvpcConfiguration;
    expect(AssignPublicIp).toBe('DISABLED');
    expect(Subnets.map(idOf)).toEqual([
      expect.stringMatching(/^PostHogNetworkVpcServiceSubnet1/),
      expect.stringMatching(/^PostHogNetworkVpcServiceSubnet2/),
    ]);
  });

  test('is deployed without a gap and rolled back where that fails', () => {
    expect(service.DeploymentConfiguration).toEqual({
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
    });
  });

  test('is spread over zones, and hands its tags on', () => {
    expect(service).toMatchObject({
      AvailabilityZoneRebalancing: 'ENABLED',
      PropagateTags: 'SERVICE',
      EnableECSManagedTags: true,
      LaunchType: 'FARGATE',
    });
  });

  test('opens no shell', () => {
    expect(service.EnableExecuteCommand).toBe(false);
  });

  test('answers the load balancer where it answers at all', () => {
    expect(service.HealthCheckGracePeriodSeconds).toBe(http?.healthCheckGracePeriod);
    const port = portOf(definition);
    expect(container.PortMappings?.map(({ ContainerPort }) => ContainerPort)).toEqual(port === undefined ? undefined : [port]);
    expect((service.LoadBalancers ?? []).map(({ ContainerName, ContainerPort }) => [ContainerName, ContainerPort])).toEqual(
      http ? [[process, http.port]] : [],
    );
    const targetGroup = targetGroupOf(template, process);
    expect(Boolean(targetGroup)).toBe(Boolean(http));
    expect(Boolean(posthog.service(process).targetGroup)).toBe(Boolean(http));
    if (http && targetGroup) {
      expect(targetGroup).toMatchObject({
        Port: http.port,
        Protocol: 'HTTP',
        TargetType: 'ip',
        HealthCheckPath: http.healthCheck.path,
        Matcher: { HttpCode: '200' },
        HealthCheckIntervalSeconds: http.healthCheck.interval,
        HealthCheckTimeoutSeconds: http.healthCheck.timeout,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: http.healthCheck.unhealthyThreshold,
      });
      expect(targetGroup.HealthCheckPort).toBe(http.healthCheck.port?.toString());
      expect(attributes(targetGroup.TargetGroupAttributes)).toMatchObject({
        'deregistration_delay.timeout_seconds': String(http.deregistrationDelay),
        'stickiness.enabled': 'false',
      });
    }
  });

  test('scales where it may, and only then leaves the number of tasks to scaling', () => {
    const found = scaling(template, process);
    if (size.minTasks === size.maxTasks) {
      expect(found).toBeUndefined();
      expect(service.DesiredCount).toBe(size.minTasks);
      return;
    }
    expect(service).not.toHaveProperty('DesiredCount');
    expect(found?.target).toMatchObject({ MinCapacity: size.minTasks, MaxCapacity: size.maxTasks, ScalableDimension: 'ecs:service:DesiredCount' });
    expect(
      found?.policies.map(({ PolicyType, TargetTrackingScalingPolicyConfiguration: { TargetValue, PredefinedMetricSpecification } }) => [
        PolicyType,
        PredefinedMetricSpecification!.PredefinedMetricType,
        TargetValue,
      ]),
    ).toEqual([
      ['TargetTrackingScaling', 'ECSServiceAverageCPUUtilization', 60],
      ...(http ? [['TargetTrackingScaling', 'ALBRequestCountPerTarget', http.requestsPerTarget]] : []),
    ]);
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

test('what reads from MSK scales by what waits there, and by nothing else', () => {
  const other = newStack();
  newPostHog(other, {
    products: Object.values(Product),
    kafka: Kafka.fromKafkaAttributes(other, 'Msk', { bootstrapServers: 'b-1.internal:9094', clusterName: 'events' }),
  });
  const msk = Template.fromStack(other);
  const consumers = PROCESSES.filter(({ consumes }) => consumes);
  expect(consumers.map(({ process }) => process as string)).toEqual([
    'ingestion-general',
    'property-defs-rs',
    'ingestion-sessionreplay',
    'ingestion-error-tracking',
    'cymbal-notifications',
    'ingestion-logs',
    'ingestion-traces',
    'property-defs-ai',
  ]);
  for (const { process, consumes } of consumers.filter(({ process: name }) => name !== PostHogProcess.CYMBAL_NOTIFICATIONS)) {
    expect(scaling(msk, process)?.policies.map(({ TargetTrackingScalingPolicyConfiguration }) => TargetTrackingScalingPolicyConfiguration)).toEqual([
      {
        TargetValue: 20_000,
        ScaleInCooldown: 300,
        CustomizedMetricSpecification: {
          ...(consumes!.length === 1 ? lag(consumes![0]) : { Metrics: expect.any(Array) as unknown }),
        },
      },
    ]);
  }
});

test('ingestion-general scales on the sum of what waits in its groups, where a group that has no metric yet counts as nothing', () => {
  const other = newStack();
  newPostHog(other, { kafka: Kafka.fromKafkaAttributes(other, 'Msk', { bootstrapServers: 'b-1.internal:9094', clusterName: 'events' }) });
  const [policy] = scaling(Template.fromStack(other), PostHogProcess.INGESTION_GENERAL)!.policies;
  const configuration = policy.TargetTrackingScalingPolicyConfiguration as unknown as Record<string, { Metrics: Record<string, unknown>[] }>;
  const { CustomizedMetricSpecification: specification } = configuration;
  expect(Object.keys(specification)).toEqual(['Metrics']);
  expect(specification.Metrics).toEqual([
    ...['clickhouse-ingestion', 'clickhouse-ingestion-historical', 'clickhouse-ingestion-overflow', 'clickhouse-ingestion-ai'].map(
      (group, index) => ({
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
      }),
    ),
    { Id: 'lag', Expression: 'lag0 + FILL(lag1, 0) + FILL(lag2, 0) + FILL(lag3, 0)', Label: 'Lag of all groups', ReturnData: true },
  ]);
});

test('on Spot runs what answers nobody, and whose work another one takes up', () => {
  const other = newStack();
  newPostHog(other, { products: Object.values(Product), spot: true });
  const spare = Template.fromStack(other);
  const onSpot = PROCESSES.filter(({ process }) => serviceOf(spare, process).CapacityProviderStrategy).map(({ process }) => process as string);
  expect(onSpot.sort()).toEqual([
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
  expect(serviceOf(spare, 'ingestion-general')).toMatchObject({ CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Weight: 1 }] });
  expect(serviceOf(spare, 'ingestion-general').LaunchType).toBeUndefined();
  expect(JSON.stringify(spare.findResources('AWS::ECS::ClusterCapacityProviderAssociations'))).toContain('FARGATE_SPOT');
  expect(JSON.stringify(template.toJSON())).not.toContain('FARGATE_SPOT');
});

test('where nobody may reach what a process answers, there is no target group, which ECS would refuse, and ECS asks it', () => {
  const other = newStack();
  const closed = newPostHog(other, { appAccess: AppAccess.nobody(), products: undefined });
  const template = Template.fromStack(other);
  for (const process of [PostHogProcess.PLUGINS, PostHogProcess.LIVESTREAM]) {
    expect(closed.service(process).targetGroup).toBeUndefined();
    expect(serviceOf(template, process).LoadBalancers ?? []).toEqual([]);
    expect(serviceOf(template, process).HealthCheckGracePeriodSeconds).toBeUndefined();
  }
  expect(JSON.stringify(containerOf(template, 'plugins').HealthCheck)).toContain('/_ready');
  expect(scaling(template, 'plugins')?.policies).toHaveLength(1);
  expect(closed.service(PostHogProcess.CAPTURE).targetGroup).toBeDefined();
  const opened = newStack();
  const withWebhooks = newPostHog(opened, {
    appAccess: AppAccess.nobody(),
    products: undefined,
    publicEndpointGroups: [EndpointGroup.INBOUND_WEBHOOKS],
  });
  expect(withWebhooks.service(PostHogProcess.PLUGINS).targetGroup).toBeDefined();
});

test('a size is that of every process', () => {
  const other = newStack();
  newPostHog(other, { size: PostHogSize.DEV, products: Object.values(Product) });
  const dev = Template.fromStack(other);
  expect(serviceOf(dev, 'web').DesiredCount).toBe(1);
  expect(taskOf(dev, 'web')[1]).toMatchObject({ Cpu: '1024', Memory: '4096' });
  expect(ofType(dev, 'AWS::ApplicationAutoScaling::ScalableTarget')).toEqual([]);
});

test('the app and its worker have as many children as their tasks have memory for, or as many as the user says', () => {
  const other = newStack();
  newPostHog(other, { products: Object.values(Product), serviceOptions: { [PostHogProcess.WORKER]: { environment: { WEB_CONCURRENCY: '6' } } } });
  expect(environmentOf(Template.fromStack(other), 'worker')).toMatchObject({ WEB_CONCURRENCY: '6', CELERY_MAX_MEMORY_PER_CHILD: '2097152' });
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

test('processes that others call can be found by name, and no others', () => {
  const names = ofType<{ Name: string; DnsConfig: { DnsRecords: unknown } }>(template, 'AWS::ServiceDiscovery::Service').map(
    ([, { Properties }]) => Properties,
  );
  expect(names.map(({ Name }) => Name).sort()).toEqual([
    'browserless',
    'capture',
    'cymbal',
    'cymbal-resolution',
    'feature-flags',
    'personhog-replica',
    'personhog-router',
    'plugins',
    'recording-api',
    'replay-capture',
    'temporal',
    'web',
  ]);
  for (const { DnsConfig } of names) {
    expect(DnsConfig.DnsRecords).toEqual([{ TTL: 10, Type: 'A' }]);
  }
  for (const { process } of PROCESSES) {
    expect((serviceOf(template, process).ServiceRegistries ?? []).length).toBe(names.some(({ Name }) => Name === String(process)) ? 1 : 0);
  }
});

test('a name that is not there yet is asked for again soon', () => {
  const [[, { Properties }]] = ofType<{ Name: string; Properties: unknown }>(template, 'AWS::ServiceDiscovery::PrivateDnsNamespace');
  expect(Properties).toMatchObject({ Name: 'posthog.example.com.internal', Properties: { DnsProperties: { SOA: { TTL: 10 } } } });
});

test.each(PROCESSES.map(({ process, needs, after = [] }): [string, readonly string[]] => [process, [...needs, ...after]]))(
  '%s starts after its dependencies, and waits for no other',
  (process, needs) => {
    const services = ofType(template, 'AWS::ECS::Service').map(([id]) => id);
    const [, { DependsOn = [] }] = serviceResourceOf(template, process);
    expect(DependsOn.filter((id) => services.includes(id))).toEqual(needs.map((needed) => serviceResourceOf(template, needed)[0]).sort());
  },
);

describe('options', () => {
  test('the size of a process', () => {
    expect(taskOf(changedTemplate, 'web')[1]).toMatchObject({ Cpu: '4096', Memory: '8192' });
    expect(taskOf(changedTemplate, 'worker')[1]).toMatchObject({ Cpu: '2048', Memory: '16384' });
    expect(taskOf(changedTemplate, 'capture')[1]).toMatchObject({ Cpu: '512', Memory: '2048' });
  });

  test('as many tasks at least as at most are a fixed number, without scaling', () => {
    expect(serviceOf(changedTemplate, 'web').DesiredCount).toBe(3);
    expect(scaling(changedTemplate, 'web')).toBeUndefined();
  });

  test('a larger least number of tasks lifts the greatest', () => {
    expect(serviceOf(changedTemplate, 'capture').DesiredCount).toBe(12);
    expect(scaling(changedTemplate, 'capture')).toBeUndefined();
  });

  test('the greatest number of tasks', () => {
    expect(scaling(changedTemplate, 'replay-capture')?.target).toMatchObject({ MinCapacity: 2, MaxCapacity: 40 });
  });

  test('ARM', () => {
    expect(taskOf(changedTemplate, 'feature-flags')[1].RuntimePlatform).toEqual({ CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' });
    expect(taskOf(changedTemplate, 'capture')[1].RuntimePlatform.CpuArchitecture).toBe('X86_64');
  });

  test('further environment reaches that process alone', () => {
    const withMine = PROCESSES.map(({ process }) => process).filter((process) =>
      containerOf(changedTemplate, process).Environment?.some(({ Name }) => Name === 'MINE'),
    );
    expect(withMine).toEqual(['feature-flags']);
  });

  test('log retention and removal policy', () => {
    const groups = PROCESSES.map(({ process }) => idOf(containerOf(changedTemplate, process).LogConfiguration.Options['awslogs-group']));
    for (const group of groups) {
      expect(changedTemplate.findResources('AWS::Logs::LogGroup')[group]).toMatchObject({
        Properties: { RetentionInDays: 7 },
        DeletionPolicy: 'Delete',
      });
    }
  });

  test('shells on demand, with what they need and not otherwise', () => {
    const channels = [
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ];
    for (const { process } of PROCESSES) {
      expect(serviceOf(changedTemplate, process).EnableExecuteCommand).toBe(true);
      expect(taskRoleStatements(changedTemplate, process).flatMap(({ actions }) => actions)).toEqual(expect.arrayContaining(channels));
      expect(JSON.stringify(taskRoleStatements(template, process))).not.toContain('ssmmessages');
    }
  });
});

describe('errors', () => {
  function synth(process: PostHogProcess, options: PostHogServiceOptions) {
    return () => newPostHog(newStack(), { serviceOptions: { [process]: options } });
  }

  test.each([0, -1, 1.5, NaN])('fails when minTasks is %d', (minTasks) => {
    expect(synth(PostHogProcess.WEB, { minTasks })).toThrow('[Stack/PostHog/Services/Web] `minTasks` must be 1 or more, got: ');
  });

  test('fails when maxTasks is less than minTasks', () => {
    expect(synth(PostHogProcess.WEB, { maxTasks: 1 })).toThrow('[Stack/PostHog/Services/Web] `maxTasks` must be `minTasks` (2) or more, got: 1');
    expect(synth(PostHogProcess.CAPTURE, { minTasks: 5, maxTasks: 4 })).toThrow('`maxTasks` must be `minTasks` (5) or more, got: 4');
    expect(synth(PostHogProcess.CAPTURE, { maxTasks: 4.5 })).toThrow('`maxTasks` must be `minTasks` (2) or more, got: 4.5');
  });

  test.each([{ maxTasks: 2 }, { minTasks: 2 }])('fails when the worker is given %j, because it runs the only scheduler', (options) => {
    expect(synth(PostHogProcess.WORKER, options)).toThrow(
      '[Stack/PostHog/Services/Worker] `maxTasks` must be 1 for worker: it runs the only scheduler, got: 2; raise `cpu` and `memoryLimitMiB` instead',
    );
  });

  test('fails for ARM with a release whose images are not known to exist for it', () => {
    expect(synth(PostHogProcess.CAPTURE, { cpuArchitecture: CpuArchitecture.ARM64 })).toThrow(
      "[Stack/PostHog] `serviceOptions['capture'].cpuArchitecture` must be X86_64 with the release 2026-09-11",
    );
  });

  test('fails when Fargate does not offer the size', () => {
    expect(synth(PostHogProcess.CAPTURE, { cpu: 300 })).toThrow('[Stack/PostHog/Services/Capture] `cpu` must be one of 256, 512');
    expect(synth(PostHogProcess.CAPTURE, { memoryLimitMiB: 512 })).toThrow(
      '[Stack/PostHog/Services/Capture] `memoryLimitMiB` must be one of 1024, 2048, 3072, 4096 for `cpu: 512`, got: 512',
    );
    expect(synth(PostHogProcess.WEB, { cpu: 256 })).toThrow('`memoryLimitMiB` must be one of 512, 1024, 2048 for `cpu: 256`, got: 8192');
  });

  test('fails when a process is given a variable that the library sets', () => {
    expect(synth(PostHogProcess.CAPTURE, { environment: { ADDRESS: '0.0.0.0:80' } })).toThrow(
      "[Stack/PostHog/Services/Capture] `environment` must not set a variable that the library manages, got: 'ADDRESS'",
    );
    expect(synth(PostHogProcess.CAPTURE, { environment: { trust_all_proxies: 'False' } })).toThrow(
      'use `trustedProxies: TrustedProxies.all()` if that is what you want',
    );
  });
});
