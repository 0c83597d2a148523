import { Stack } from 'aws-cdk-lib/core';
import { CfnRole, IRole, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** A service that names the resource on whose behalf it assumes a role. */
interface TrustedService {
  readonly principal: string;
  /** The resources of this account and region that it may assume a role for. */
  readonly source: { readonly service: string; readonly resource: string };
}

/**
 * The services that AWS documents `aws:SourceAccount` and `aws:SourceArn` for. Lambda, EC2 and EC2 Auto Scaling do not set them.
 *
 * Sources: task-iam-roles.html of Amazon ECS (the wildcard is required: a task's ARN is not known), procedure-create-iam-role.html of Step Functions,
 * flow-logs-iam-role.html of Amazon VPC, USER_Monitoring.OS.Enabling.html of Amazon RDS, cross-service-confused-deputy-prevention.html of EventBridge
 * Scheduler (the group of the schedule).
 */
const SERVICES = {
  ecsTasks: { principal: 'ecs-tasks.amazonaws.com', source: { service: 'ecs', resource: '*' } },
  stepFunctions: { principal: 'states.amazonaws.com', source: { service: 'states', resource: 'stateMachine:*' } },
  flowLogs: { principal: 'vpc-flow-logs.amazonaws.com', source: { service: 'ec2', resource: 'vpc-flow-log/*' } },
  rdsMonitoring: { principal: 'monitoring.rds.amazonaws.com', source: { service: 'rds', resource: 'db:*' } },
  scheduler: { principal: 'scheduler.amazonaws.com', source: { service: 'scheduler', resource: 'schedule-group/*' } },
} as const satisfies Readonly<Record<string, TrustedService>>;

/** The name of a service. */
export type TrustedServiceName = keyof typeof SERVICES;

/** Returns a service as a principal, limited to resources of this account and region: no resource of another account can make it use the role. */
export function trustedService(scope: Construct, name: TrustedServiceName): ServicePrincipal {
  return new ServicePrincipal(SERVICES[name].principal, { conditions: conditions(scope, name) });
}

/** Limits a role that the CDK has defined for a service in the same way. Imported roles stay as they are. */
export function limitTrust(role: IRole | undefined, name: TrustedServiceName): void {
  const resource = role?.node.defaultChild;
  if (CfnRole.isCfnRole(resource)) {
    resource.addPropertyOverride('AssumeRolePolicyDocument.Statement.0.Condition', conditions(resource, name));
  }
}

function conditions(scope: Construct, name: TrustedServiceName): Record<string, Record<string, string>> {
  const { account, region, partition } = Stack.of(scope);
  const { service, resource } = SERVICES[name].source;
  return {
    StringEquals: { 'aws:SourceAccount': account },
    ArnLike: { 'aws:SourceArn': `arn:${partition}:${service}:${region}:${account}:${resource}` },
  };
}
