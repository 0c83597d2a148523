import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PostHogProcess, PostHogServiceOptions } from '../../lib';
import { PROCESSES } from '../../lib/services/processes';
import { newPostHog, newStack } from '../helpers/stack';
import { attributes, containerOf, idOf, ofType, serviceOf, targetGroupOf, taskOf, taskRoleStatements } from '../helpers/template';

interface ScalingPolicy {
  PolicyType: string;
  ScalingTargetId: unknown;
  TargetTrackingScalingPolicyConfiguration: { TargetValue: number; PredefinedMetricSpecification: { PredefinedMetricType: string; ResourceLabel?: unknown } };
}
interface ScalableTarget { MinCapacity: number; MaxCapacity: number; ResourceId: unknown; ScalableDimension: string }

const stack = newStack();
const posthog = newPostHog(stack);
const template = Template.fromStack(stack);

const changed = newStack();
newPostHog(changed, {
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
  const target = ofType<ScalableTarget>(of, 'AWS::ApplicationAutoScaling::ScalableTarget').find(([, { Properties }]) => JSON.stringify(Properties.ResourceId).includes(`"${service}"`));
  const policies = ofType<ScalingPolicy>(of, 'AWS::ApplicationAutoScaling::ScalingPolicy').map(([, { Properties }]) => Properties).filter(({ ScalingTargetId }) => idOf(ScalingTargetId) === target?.[0]);
  return target && { target: target[1].Properties, policies };
}

describe.each(PROCESSES.map((definition) => ({ ...definition })))('$process', (definition) => {
  const { process, http } = definition;
  const service = serviceOf(template, process);
  const container = containerOf(template, process);

  test('runs one container with its name, command and time to stop', () => {
    expect(container).toMatchObject({ Name: process, StopTimeout: definition.stopTimeout });
    expect(container.Command).toEqual(definition.command);
  });

  test('has its size, on x86 Linux', () => {
    expect(taskOf(template, process)[1]).toMatchObject({
      Cpu: String(definition.cpu), Memory: String(definition.memoryLimitMiB), RuntimePlatform: { CpuArchitecture: 'X86_64', OperatingSystemFamily: 'LINUX' },
    });
  });

  test('logs to a group of its own, without waiting, for a month, and the log stays when the stack goes', () => {
    expect(container.LogConfiguration).toMatchObject({ LogDriver: 'awslogs', Options: { 'awslogs-stream-prefix': process, 'mode': 'non-blocking' } });
    const group = idOf(container.LogConfiguration.Options['awslogs-group']);
    expect(template.findResources('AWS::Logs::LogGroup')[group]).toMatchObject({ Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(stack.resolve(posthog.service(process).logGroup.logGroupName)).toEqual({ Ref: group });
  });

  test('is private, in the service subnets', () => {
    const { AssignPublicIp, Subnets } = service.NetworkConfiguration.AwsvpcConfiguration;
    expect(AssignPublicIp).toBe('DISABLED');
    expect(Subnets.map(idOf)).toEqual([expect.stringMatching(/^PostHogNetworkVpcServiceSubnet1/), expect.stringMatching(/^PostHogNetworkVpcServiceSubnet2/)]);
  });

  test('is deployed without a gap and rolled back where that fails', () => {
    expect(service.DeploymentConfiguration).toEqual({ MinimumHealthyPercent: 100, MaximumPercent: 200, DeploymentCircuitBreaker: { Enable: true, Rollback: true } });
  });

  test('is spread over zones, and hands its tags on', () => {
    expect(service).toMatchObject({ AvailabilityZoneRebalancing: 'ENABLED', PropagateTags: 'SERVICE', EnableECSManagedTags: true, LaunchType: 'FARGATE' });
  });

  test('opens no shell', () => {
    expect(service.EnableExecuteCommand).toBe(false);
  });

  test('answers the load balancer where it answers at all', () => {
    expect(service.HealthCheckGracePeriodSeconds).toBe(http?.healthCheckGracePeriod);
    expect(container.PortMappings?.map(({ ContainerPort }) => ContainerPort)).toEqual(http && [http.port]);
    expect((service.LoadBalancers ?? []).map(({ ContainerName, ContainerPort }) => [ContainerName, ContainerPort])).toEqual(http ? [[process, http.port]] : []);
    const targetGroup = targetGroupOf(template, process);
    expect(Boolean(targetGroup)).toBe(Boolean(http));
    expect(Boolean(posthog.service(process).targetGroup)).toBe(Boolean(http));
    if (http && targetGroup) {
      expect(targetGroup).toMatchObject({
        Port: http.port, Protocol: 'HTTP', TargetType: 'ip', HealthCheckPath: http.healthCheck.path, Matcher: { HttpCode: '200' },
        HealthCheckIntervalSeconds: http.healthCheck.interval, HealthCheckTimeoutSeconds: http.healthCheck.timeout,
        HealthyThresholdCount: 2, UnhealthyThresholdCount: http.healthCheck.unhealthyThreshold,
      });
      expect(attributes(targetGroup.TargetGroupAttributes)).toMatchObject({ 'deregistration_delay.timeout_seconds': String(http.deregistrationDelay), 'stickiness.enabled': 'false' });
    }
  });

  test('scales where it may, and only then leaves the number of tasks to scaling', () => {
    const found = scaling(template, process);
    if (definition.minTasks === definition.maxTasks) {
      expect(found).toBeUndefined();
      expect(service.DesiredCount).toBe(definition.minTasks);
      return;
    }
    expect(service).not.toHaveProperty('DesiredCount');
    expect(found?.target).toMatchObject({ MinCapacity: definition.minTasks, MaxCapacity: definition.maxTasks, ScalableDimension: 'ecs:service:DesiredCount' });
    expect(found?.policies.map(({ PolicyType, TargetTrackingScalingPolicyConfiguration: { TargetValue, PredefinedMetricSpecification } }) =>
      [PolicyType, PredefinedMetricSpecification.PredefinedMetricType, TargetValue])).toEqual([
      ['TargetTrackingScaling', 'ECSServiceAverageCPUUtilization', 60],
      ['TargetTrackingScaling', 'ALBRequestCountPerTarget', http!.requestsPerTarget],
    ]);
  });
});

test('processes that others call can be found by name, and no others', () => {
  const names = ofType<{ Name: string; DnsConfig: { DnsRecords: unknown } }>(template, 'AWS::ServiceDiscovery::Service').map(([, { Properties }]) => Properties);
  expect(names.map(({ Name }) => Name).sort()).toEqual(['capture', 'feature-flags', 'replay-capture']);
  for (const { DnsConfig } of names) {
    expect(DnsConfig.DnsRecords).toEqual([{ TTL: 10, Type: 'A' }]);
  }
  for (const { process } of PROCESSES) {
    expect((serviceOf(template, process).ServiceRegistries ?? []).length).toBe(names.some(({ Name }) => Name === String(process)) ? 1 : 0);
  }
});

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
    const withMine = PROCESSES.map(({ process }) => process).filter((process) => containerOf(changedTemplate, process).Environment?.some(({ Name }) => Name === 'MINE'));
    expect(withMine).toEqual(['feature-flags']);
  });

  test('log retention and removal policy', () => {
    const groups = PROCESSES.map(({ process }) => idOf(containerOf(changedTemplate, process).LogConfiguration.Options['awslogs-group']));
    for (const group of groups) {
      expect(changedTemplate.findResources('AWS::Logs::LogGroup')[group]).toMatchObject({ Properties: { RetentionInDays: 7 }, DeletionPolicy: 'Delete' });
    }
  });

  test('shells on demand, with what they need and not otherwise', () => {
    const channels = ['ssmmessages:CreateControlChannel', 'ssmmessages:CreateDataChannel', 'ssmmessages:OpenControlChannel', 'ssmmessages:OpenDataChannel'];
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

  test.each([{ maxTasks: 2 }, { minTasks: 2 }])('fails when the worker is given %j, because it holds the one scheduler', (options) => {
    expect(synth(PostHogProcess.WORKER, options)).toThrow(
      '[Stack/PostHog/Services/Worker] `maxTasks` must be 1 for worker, which holds the one scheduler, got: 2; give it more `cpu` and `memoryLimitMiB` instead');
  });

  test('fails when Fargate does not offer the size', () => {
    expect(synth(PostHogProcess.CAPTURE, { cpu: 300 })).toThrow('[Stack/PostHog/Services/Capture] `cpu` must be one of 256, 512');
    expect(synth(PostHogProcess.CAPTURE, { memoryLimitMiB: 512 })).toThrow('[Stack/PostHog/Services/Capture] `memoryLimitMiB` must be one of 1024, 2048, 3072, 4096 for `cpu: 512`, got: 512');
    expect(synth(PostHogProcess.WEB, { cpu: 256 })).toThrow('`memoryLimitMiB` must be one of 512, 1024, 2048 for `cpu: 256`, got: 4096');
  });

  test('fails when a process is given a variable that the library sets', () => {
    expect(synth(PostHogProcess.CAPTURE, { environment: { ADDRESS: '0.0.0.0:80' } })).toThrow('[Stack/PostHog/Services/Capture] `environment` must not set a variable that the library manages, got: \'ADDRESS\'');
    expect(synth(PostHogProcess.CAPTURE, { environment: { trust_all_proxies: 'False' } })).toThrow('use `trustedProxies: TrustedProxies.all()` if that is what you want');
  });
});
