import { Aspects } from 'aws-cdk-lib/core';
import { Schedule } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Template } from 'aws-cdk-lib/assertions';
import { Alarm, IAlarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnService } from 'aws-cdk-lib/aws-ecs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Kafka, PostHogProcess } from '../../../lib';
import { newPostHog, newStack } from '../../helpers/stack';
import {
  idOf,
  ofType,
  scalingOf,
  securityGroupsOf,
  serviceOf,
  serviceResourceOf,
  taskOf,
  taskRoleStatements,
  waysInto,
} from '../../helpers/template';

/** A PostHog that nothing is added to, for comparison. */
const plainStack = newStack();
const plainPostHog = newPostHog(plainStack);
const plain = Template.fromStack(plainStack);

/** A PostHog with everything that users add to services. */
const stack = newStack();
const posthog = newPostHog(stack);
const web = posthog.service(PostHogProcess.WEB);
const worker = posthog.service(PostHogProcess.WORKER);
const capture = posthog.service(PostHogProcess.CAPTURE);
const [forWeb, forWorker] = ['ForWeb', 'ForWorker'].map((id) => new SecurityGroup(stack, id, { vpc: posthog.vpc }));
web.connections.addSecurityGroup(forWeb);
worker.service.connections.addSecurityGroup(forWorker);
capture.scaling!.scaleOnMemoryUtilization('Memory', { targetUtilizationPercent: 70 });
capture.scaling!.scaleOnSchedule('Morning', { schedule: Schedule.cron({ hour: '7', minute: '0' }), minCapacity: 6 });
new Bucket(stack, 'Exports').grantRead(web);
const changed = Template.fromStack(stack);

const logicalId = (of: typeof stack, group: SecurityGroup) => idOf(of.resolve(group.securityGroupId));

describe('connections', () => {
  test('a security group that is added to `connections` is attached to the tasks, after those of the library', () => {
    expect(securityGroupsOf(changed, 'web')).toEqual([...securityGroupsOf(plain, 'web'), logicalId(stack, forWeb)]);
  });

  test('a security group that is added to `service.connections` is attached to the tasks, after those of the library', () => {
    expect(securityGroupsOf(changed, 'worker')).toEqual([...securityGroupsOf(plain, 'worker'), logicalId(stack, forWorker)]);
  });

  test('a security group that is added to one service is not attached to another', () => {
    expect(securityGroupsOf(changed, 'capture')).toEqual(securityGroupsOf(plain, 'capture'));
  });

  test('the group that is added to `connections` is a source of what the service is allowed to connect to', () => {
    const other = newStack();
    const whole = newPostHog(other);
    const [added, database] = ['Added', 'Database'].map((id) => new SecurityGroup(other, id, { vpc: whole.vpc }));
    const service = whole.service(PostHogProcess.WEB);
    service.connections.addSecurityGroup(added);
    database.connections.allowFrom(service, Port.tcp(5432));
    const template = Template.fromStack(other);
    expect(waysInto(template, logicalId(other, database)).map(({ from }) => from)).toContain(logicalId(other, added));
  });
});

describe('aspects', () => {
  test('an aspect that sets the network configuration of a service decides it', () => {
    const other = newStack();
    newPostHog(other);
    Aspects.of(other).add({
      visit: (node) => {
        if (node instanceof CfnService) {
          node.networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'] } };
        }
      },
    });
    expect(serviceOf(Template.fromStack(other), 'web').NetworkConfiguration).toEqual({
      AwsvpcConfiguration: { Subnets: ['subnet-1'], SecurityGroups: ['sg-1'] },
    });
  });

  test('an aspect that adds a group to the connections of a service is heeded', () => {
    const other = newStack();
    const whole = newPostHog(other);
    const added = new SecurityGroup(other, 'Added', { vpc: whole.vpc });
    Aspects.of(whole).add({
      visit: (node) => {
        if (node === whole.service(PostHogProcess.WEB).service) {
          whole.service(PostHogProcess.WEB).service.connections.addSecurityGroup(added);
        }
      },
    });
    expect(securityGroupsOf(Template.fromStack(other), 'web')).toContain(logicalId(other, added));
  });
});

describe('scaling', () => {
  test('policies and schedules can be added to those of the library', () => {
    const types = (template: Template) =>
      scalingOf(template, 'capture')!.policies.map(
        ({ TargetTrackingScalingPolicyConfiguration: policy }) => policy.PredefinedMetricSpecification!.PredefinedMetricType,
      );
    expect(types(changed).sort()).toEqual([...types(plain), 'ECSServiceAverageMemoryUtilization'].sort());
    const [[, target]] = ofType(changed, 'AWS::ApplicationAutoScaling::ScalableTarget').filter(([, { Properties }]) => Properties.ScheduledActions);
    expect(target.Properties).toMatchObject({ ScheduledActions: [{ ScalableTargetAction: { MinCapacity: 6 } }] });
  });

  test('there is no scaling target if the number of tasks is fixed', () => {
    expect(worker.scaling).toBeUndefined();
    expect(scalingOf(plain, 'worker')).toBeUndefined();
  });
});

describe('grants', () => {
  test('go to the task role', () => {
    expect(taskRoleStatements(changed, 'web')).toContainEqual(
      expect.objectContaining({ actions: expect.arrayContaining(['s3:GetObject*', 's3:GetBucket*']) as unknown }),
    );
    expect(taskRoleStatements(changed, 'worker')).toEqual(taskRoleStatements(plain, 'worker'));
    expect(web.grantPrincipal).toBe(web.taskDefinition.taskRole);
  });
});

describe('metrics', () => {
  const json = (metric: object) => plainStack.resolve((metric as { toMetricConfig(): unknown }).toMetricConfig()) as Record<string, unknown>;
  const service = plainPostHog.service(PostHogProcess.WEB);
  const dimensions = () => {
    const name = { 'Fn::GetAtt': [serviceResourceOf(plain, 'web')[0], 'Name'] };
    return [
      { name: 'ClusterName', value: { Ref: ofType(plain, 'AWS::ECS::Cluster')[0][0] } },
      { name: 'ServiceName', value: name },
    ];
  };

  test.each([
    ['metric', () => service.metric('CPUReservation'), 'AWS/ECS', 'CPUReservation'],
    ['metricCpuUtilization', () => service.metricCpuUtilization(), 'AWS/ECS', 'CPUUtilization'],
    ['metricMemoryUtilization', () => service.metricMemoryUtilization(), 'AWS/ECS', 'MemoryUtilization'],
    ['metricRunningTaskCount', () => service.metricRunningTaskCount(), 'ECS/ContainerInsights', 'RunningTaskCount'],
  ])('`%s` is that of the cluster and the service', (_, metric, namespace, metricName) => {
    expect(json(metric()).metricStat).toMatchObject({ namespace, metricName, statistic: 'Average', dimensions: dimensions() });
  });

  test('metrics take other properties', () => {
    const options = { statistic: 'Maximum', label: 'mine' };
    expect(
      [service.metricCpuUtilization(options), service.metricRunningTaskCount(options)].map(({ statistic, label }) => [statistic, label]),
    ).toEqual([
      ['Maximum', 'mine'],
      ['Maximum', 'mine'],
    ]);
  });

  test('the target group has the metrics of requests', () => {
    expect(json(service.targetGroup!.metrics.targetResponseTime()).metricStat).toMatchObject({
      namespace: 'AWS/ApplicationELB',
      metricName: 'TargetResponseTime',
    });
  });
});

describe('metricConsumerLag', () => {
  const other = newStack();
  const kafka = Kafka.fromKafkaAttributes(other, 'Msk', { bootstrapServers: 'b-1.internal:9094', clusterName: 'events' });
  const onMsk = newPostHog(other, { kafka });

  test('is the lag that scaling uses, of the only consumer group', () => {
    const { metricStat } = onMsk.service(PostHogProcess.PROPERTY_DEFS).metricConsumerLag().toMetricConfig();
    expect(metricStat).toMatchObject({ namespace: 'AWS/Kafka', metricName: 'SumOffsetLag', statistic: 'Maximum' });
    expect(metricStat!.dimensions).toContainEqual({ name: 'Cluster Name', value: 'events' });
    expect(metricStat!.period.toSeconds()).toBe(60);
  });

  test('is the sum of the lags of several consumer groups', () => {
    const { mathExpression } = onMsk.service(PostHogProcess.INGESTION_GENERAL).metricConsumerLag({ label: 'waiting' }).toMetricConfig();
    expect(mathExpression).toMatchObject({ expression: 'lag0 + FILL(lag1, 0) + FILL(lag2, 0) + FILL(lag3, 0)', period: 60 });
    expect(Object.keys(mathExpression!.usingMetrics)).toEqual(['lag0', 'lag1', 'lag2', 'lag3']);
  });

  test('refuses a process that reads no topic that its number of tasks depends on', () => {
    expect(() => onMsk.service(PostHogProcess.WEB).metricConsumerLag()).toThrow(
      '[Stack/PostHog/Services/Web] `metricConsumerLag` has no value for web, whose number of tasks depends on no consumer group',
    );
  });

  test('refuses a Kafka that reports no lag', () => {
    expect(() => plainPostHog.service(PostHogProcess.INGESTION_GENERAL).metricConsumerLag()).toThrow(
      '`metricConsumerLag` requires a Kafka cluster on Amazon MSK: other clusters report no lag to CloudWatch; ' +
        'with Kafka.fromKafkaAttributes(), set `clusterName`',
    );
  });
});

test('a service has its ECS service, its task definition and its log group', () => {
  const resource = (construct: { node: { defaultChild?: unknown } }) => construct.node.defaultChild as CfnService;
  const ids = [web.service, web.taskDefinition, web.logGroup].map((construct) => stack.getLogicalId(resource(construct)));
  expect(ids.slice(0, 2)).toEqual([serviceResourceOf(changed, 'web')[0], taskOf(changed, 'web')[0]]);
  expect(ofType(changed, 'AWS::Logs::LogGroup').map(([id]) => id)).toContain(ids[2]);
});

describe('deployment alarms', () => {
  const configurationOf = (deploymentAlarms?: IAlarm[], stack = newStack()) => {
    newPostHog(stack, { serviceOptions: [{ process: PostHogProcess.CAPTURE, deploymentAlarms }] });
    const services = Template.fromStack(stack).findResources('AWS::ECS::Service') as Record<
      string,
      { Properties: { DeploymentConfiguration: { Alarms?: object } } }
    >;
    const [, capture] = Object.entries(services).find(([id]) => id.startsWith('PostHogServicesCaptureService'))!;
    return capture.Properties.DeploymentConfiguration.Alarms;
  };

  test('roll back a deployment of their process', () => {
    const stack = newStack();
    const alarm = new Alarm(stack, 'Alarm', {
      metric: new Metric({ namespace: 'AWS/ApplicationELB', metricName: 'HTTPCode_Target_5XX_Count' }),
      threshold: 1,
      evaluationPeriods: 1,
    });
    const imported = Alarm.fromAlarmArn(stack, 'Imported', 'arn:aws:cloudwatch:eu-central-1:111122223333:alarm:other');
    expect(configurationOf([alarm, imported], stack)).toEqual({ AlarmNames: [{ Ref: 'Alarm7103F465' }, 'other'], Enable: true, Rollback: true });
  });

  test('are off without the prop, and are turned off by an empty list', () => {
    expect(configurationOf()).toBeUndefined();
    expect(configurationOf([])).toEqual({ AlarmNames: [], Enable: false, Rollback: false });
  });
});
