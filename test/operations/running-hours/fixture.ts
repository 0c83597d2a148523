import { Stack, TimeZone } from 'aws-cdk-lib/core';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, FargateService } from 'aws-cdk-lib/aws-ecs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { IPostHogService, PostHogProcess, PostHogRunningHoursOptions, PostHogRunningHoursProps } from '../../../lib';

/** Working hours in Berlin. */
export const RUNNING_HOURS: PostHogRunningHoursOptions = {
  start: ScheduleExpression.cron({ weekDay: 'MON-FRI', hour: '7', minute: '30', timeZone: TimeZone.EUROPE_BERLIN }),
  stop: ScheduleExpression.cron({ weekDay: 'MON-FRI', hour: '20', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }),
};

/** The required props of running hours that are useful alone: for one service of somebody else's, with a fixed number of tasks. */
export function runningHoursProps(stack: Stack) {
  const vpc = Vpc.fromVpcAttributes(stack, 'HoursVpc', { vpcId: 'vpc-0fedcba9876543210', availabilityZones: ['eu-central-1a'] });
  const cluster = Cluster.fromClusterAttributes(stack, 'HoursCluster', { clusterName: 'analytics', vpc });
  const service = FargateService.fromFargateServiceAttributes(stack, 'HoursService', { serviceName: 'web', cluster });
  const web = Object.assign(new Construct(stack, 'HoursWeb'), { process: PostHogProcess.WEB, service });
  return { ...RUNNING_HOURS, services: [web as unknown as IPostHogService] } satisfies PostHogRunningHoursProps;
}
