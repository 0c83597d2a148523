import { RemovalPolicy, Size } from 'aws-cdk-lib/core';
import { AwsLogDriverMode, LogDriver, LogDrivers } from 'aws-cdk-lib/aws-ecs';
import { ILogGroup, LogGroup, LogGroupClass, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ProcessDefinition } from '../../catalog/process-definition';
import { defineLogGroup } from '../../private/log-group';

/** Properties for `ServiceLogs`. */
export interface ServiceLogsProps {
  readonly retention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  /** Undefined for Standard. */
  readonly logGroupClass?: LogGroupClass;
}

/** The end of the construct ids of log groups of each class: a log group cannot change its class, so another class needs another log group. */
const CLASS_IDS: Readonly<Record<LogGroupClass, string>> = {
  [LogGroupClass.STANDARD]: '',
  [LogGroupClass.INFREQUENT_ACCESS]: 'InfrequentAccess',
  [LogGroupClass.DELIVERY]: 'Delivery',
};

/**
 * The log groups of processes: one for each product, and one for the processes that every PostHog has. The log streams of a process begin with its
 * name. One for each process would make thirty of them, and one for all would have no metric filter for a part of PostHog.
 */
export class ServiceLogs extends Construct {
  private readonly groups = new Map<string, LogGroup>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: ServiceLogsProps,
  ) {
    super(scope, id);
  }

  /** Returns the log group of a process. A process of several products has that of the first. */
  public of({ products = [] }: ProcessDefinition): LogGroup {
    const id = `${pascalCase(products[0] ?? 'app')}${CLASS_IDS[this.props.logGroupClass ?? LogGroupClass.STANDARD]}`;
    const group = this.groups.get(id) ?? defineLogGroup(this, id, this.props);
    this.groups.set(id, group);
    return group;
  }
}

/** Returns a log driver that never blocks: a failing log service must not stop a process that receives events. */
export function logTo(logGroup: ILogGroup, streamPrefix: string): LogDriver {
  return LogDrivers.awsLogs({ logGroup, streamPrefix, mode: AwsLogDriverMode.NON_BLOCKING, maxBufferSize: Size.mebibytes(25) });
}

/** Returns the name of a product as a construct id: `SessionReplay` for `session-replay`. */
function pascalCase(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}
