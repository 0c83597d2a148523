import { Duration, Stack } from 'aws-cdk-lib/core';
import { Connections, IConnectable, ISubnet, IVpc, Peer, Port } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, IFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { acknowledge } from '../private/acknowledge';
import { programFolder } from '../private/assets';
import { InlineRole } from '../private/inline-role';
import { defineLogGroup } from '../private/log-group';
import { asClients, InlineSecurityGroup } from '../private/security-group';
import { trustedService } from '../private/trusted-service';

/**
 * Returns the permissions that Lambda needs for a function in a VPC. The second statement denies them to the function's own code.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice
 */
function networkStatements(scope: Construct): object[] {
  const { account, region, partition } = Stack.of(scope);
  const interfaces = {
    Action: [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
    ],
    Resource: '*',
  };
  const byItself = { ArnLike: { 'lambda:SourceFunctionArn': `arn:${partition}:lambda:${region}:${account}:function:*` } };
  return [
    { Effect: 'Allow', ...interfaces },
    { Effect: 'Deny', ...interfaces, Condition: byItself },
  ];
}

/** Properties for `ScheduledFunction`. */
export interface ScheduledFunctionProps {
  /** The program's name in scripts/bundle.mjs. */
  readonly program: string;
  readonly description: string;
  /** The description of the security group. */
  readonly securityGroupDescription: string;
  readonly schedule: ScheduleExpression;
  readonly timeout: Duration;
  /** Default: 256. */
  readonly memorySizeMiB?: number;
  readonly environment: Record<string, string>;
  /** The event of each run; it may be longer than the 4 KB of the environment. Default: that of EventBridge Scheduler. */
  readonly input?: object;
  readonly vpc: IVpc;
  /** The subnets of the services, which have a way to AWS's APIs. */
  readonly subnets: readonly ISubnet[];
}

/**
 * A Lambda function in the VPC that runs on a schedule.
 *
 * It connects to HTTPS and DNS, and to data stores that admit it, in whose security groups the caller adds it. It has no permission but to write its
 * log and to have network interfaces.
 */
export class ScheduledFunction extends Construct implements IConnectable {
  public readonly function: IFunction;
  public readonly logGroup: ILogGroup;
  public readonly connections: Connections;

  private readonly role: InlineRole;

  public constructor(scope: Construct, id: string, props: ScheduledFunctionProps) {
    super(scope, id);
    const { vpc, subnets } = props;
    this.logGroup = defineLogGroup(this, 'Logs');
    const group = asClients(
      new InlineSecurityGroup(this, 'SecurityGroup', { vpc, description: props.securityGroupDescription, allowAllOutbound: false }),
    );
    // By port: groups of data stores name this one, and two groups cannot name each other.
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'HTTPS: secrets and APIs');
    // Security groups do not filter the VPC's own resolver, but the VPC may have other ones.
    [Port.udp(53), Port.tcp(53)].forEach((port) => group.addEgressRule(Peer.anyIpv4(), port, 'DNS'));
    this.connections = new Connections({ securityGroups: [group] });
    this.role = new InlineRole(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const handler = new LambdaFunction(this, 'Handler', {
      code: Code.fromAsset(programFolder(props.program)),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      description: props.description,
      timeout: props.timeout,
      memorySize: props.memorySizeMiB ?? 256,
      environment: props.environment,
      role: this.role,
      logGroup: this.logGroup,
      vpc,
      vpcSubnets: { subnets: [...subnets] },
      securityGroups: [group],
    });
    this.function = handler;
    [
      ...networkStatements(this),
      { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: this.logGroup.logGroupArn },
    ].forEach((statement) => this.addToRolePolicy(statement));
    const { functionArn } = handler;
    const scheduleRole = new InlineRole(this, 'ScheduleRole', { assumedBy: trustedService(this, 'scheduler') });
    // The grant of the CDK's target needs a policy of its own, a resource more.
    scheduleRole.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }));
    const input = props.input && ScheduleTargetInput.fromObject(props.input);
    new Schedule(this, 'Schedule', {
      schedule: props.schedule,
      description: props.description,
      // The next run does the same: a run that could not start is not repeated.
      target: { bind: () => ({ arn: functionArn, role: scheduleRole, input, retryPolicy: { maximumRetryAttempts: 0 } }) },
    });
    acknowledge(this, {
      'IAMNoInlinePolicy': 'each role belongs to this function or its schedule, and so does its policy',
      'LambdaConcurrency': 'a schedule invokes it, one run at a time',
      'LambdaDLQ': 'the next run does the same, and an alarm reports failures',
      'AwsSolutions-IAM5[Resource::*]': 'network interfaces of functions do not support resource ARNs',
    });
  }

  /** Allows the function to connect to a port: of a data store, whose security group must admit it. */
  public allowTo(port: number, description: string): void {
    this.connections.allowToAnyIpv4(Port.tcp(port), description);
  }

  /** Adds a policy statement. */
  public addToRolePolicy(statement: object): void {
    this.role.addToPrincipalPolicy(PolicyStatement.fromJson(statement));
  }
}
