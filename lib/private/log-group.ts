import { RemovalPolicy } from 'aws-cdk-lib/core';
import { LogGroup, LogGroupClass, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { encryptionKeyOf } from './encryption-key';
import { resourcePolicy } from './removal-policy';

/** Options for `defineLogGroup`. */
export interface LogGroupOptions {
  /** Default: CloudFormation generates it. */
  readonly logGroupName?: string;
  /** Default: one month. */
  readonly retention?: RetentionDays;
  /** Default: the log group is deleted with its stack. */
  readonly removalPolicy?: RemovalPolicy;
  /** Default: Standard. It cannot be changed: another class needs another construct id. */
  readonly logGroupClass?: LogGroupClass;
}

/** Defines a log group. It needs no key of its own: CloudWatch Logs encrypts all logs. With the key of its scope, it uses that. */
export function defineLogGroup(scope: Construct, id: string, options: LogGroupOptions = {}): LogGroup {
  const { logGroupName, logGroupClass, retention = RetentionDays.ONE_MONTH, removalPolicy = RemovalPolicy.DESTROY } = options;
  const encryptionKey = encryptionKeyOf(scope);
  // Standard is the default. Written out, it would be a change of a log group that exists, and its class cannot change.
  const ofClass = logGroupClass === LogGroupClass.STANDARD ? undefined : logGroupClass;
  const logs = new LogGroup(scope, id, {
    logGroupName,
    logGroupClass: ofClass,
    retention,
    encryptionKey,
    removalPolicy: resourcePolicy(removalPolicy),
  });
  if (!encryptionKey) {
    acknowledge(logs, { CloudWatchLogGroupEncrypted: 'encrypted with a key that CloudWatch Logs manages' });
  }
  return logs;
}
