import { Aws, CustomResource, Duration } from 'aws-cdk-lib/core';
import { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct, IConstruct, IDependable } from 'constructs';
import { DeploymentCheckAnswer, DeploymentCheckRequest, HttpCheckName } from './http-checks';
import { ProgramFunction } from '../../private/program-function';

/**
 * The check at the end of a deployment.
 */
export interface IDeploymentCheck extends IConstruct {
  /**
   * The result of the last check, known when the stack is deployed. It begins with `WARNING:` if PostHog did not respond as
   * expected, and with `not checked:` if the load balancer could not be reached.
   */
  readonly result: string;
  /** The custom resource that checks. */
  readonly resource: CustomResource;
  /** The log group of the function that checks; the stack has one for all checks. */
  readonly logGroup: ILogGroup;
}

/** Properties for `DeploymentCheck`. */
export interface DeploymentCheckProps {
  readonly loadBalancer: IApplicationLoadBalancer;
  readonly domainName: string;
  readonly checks: readonly HttpCheckName[];
  /** Indicates whether every client can connect to the load balancer, so that no response is a failure. */
  readonly expectsRoute: boolean;
  /** The task definitions of the services; the check runs again whenever one changes. */
  readonly taskDefinitions: readonly string[];
  /** The services, which must be deployed before. */
  readonly services: readonly IDependable[];
  /** The alarm that is in ALARM while tasks are stopped on a schedule: there is nothing to check then. */
  readonly stoppedAlarm?: IAlarm;
}

const TYPE = 'Custom::PostHogDeploymentCheck';
const RESULT: keyof DeploymentCheckAnswer = 'Result';

/**
 * A custom resource that sends requests to the load balancer after a deployment, and fails an update after which PostHog does not respond.
 *
 * ECS considers a deployment successful when health checks pass, and a capture that cannot reach Kafka passes its own.
 */
export class DeploymentCheck extends Construct implements IDeploymentCheck {
  public readonly result: string;
  public readonly resource: CustomResource;
  public readonly logGroup: ILogGroup;

  public constructor(scope: Construct, id: string, props: DeploymentCheckProps) {
    super(scope, id);
    const provider = ProgramFunction.of(this, TYPE, {
      program: 'deployment-check',
      description: 'PostHog deployment check: HTTP checks through the load balancer',
      timeout: Duration.minutes(10),
      policyStatements: [{ Effect: 'Allow', Action: 'cloudformation:DescribeStacks', Resource: Aws.STACK_ID }],
    });
    if (props.stoppedAlarm) {
      provider.addToRolePolicy({ Effect: 'Allow', Action: 'cloudwatch:DescribeAlarms', Resource: props.stoppedAlarm.alarmArn });
    }
    const request: DeploymentCheckRequest = {
      LoadBalancerDnsName: props.loadBalancer.loadBalancerDnsName,
      DomainName: props.domainName,
      Checks: props.checks,
      ExpectsRoute: props.expectsRoute ? 'true' : 'false',
      TaskDefinitions: props.taskDefinitions,
      ...(props.stoppedAlarm && { StoppedAlarm: props.stoppedAlarm.alarmName }),
    };
    this.logGroup = provider.logGroup;
    this.resource = new CustomResource(this, 'Resource', {
      serviceToken: provider.serviceToken,
      // The function responds in time; this covers a function that cannot be started.
      serviceTimeout: Duration.minutes(15),
      resourceType: TYPE,
      properties: { ...request },
    });
    this.resource.node.addDependency(...props.services);
    this.result = this.resource.getAttString(RESULT);
  }
}
