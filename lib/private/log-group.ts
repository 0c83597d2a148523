import { RemovalPolicy } from 'aws-cdk-lib/core';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
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
}

/** Defines a log group. It needs no key of its own: CloudWatch Logs encrypts all logs. With the key of its scope, it uses that. */
export function defineLogGroup(scope: Construct, id: string, options: LogGroupOptions = {}): LogGroup {
  const { logGroupName, retention = RetentionDays.ONE_MONTH, removalPolicy = RemovalPolicy.DESTROY } = options;
  const encryptionKey = encryptionKeyOf(scope);
  const logs = new LogGroup(scope, id, { logGroupName, retention, encryptionKey, removalPolicy: resourcePolicy(removalPolicy) });
  if (!encryptionKey) {
    acknowledge(logs, { CloudWatchLogGroupEncrypted: 'encrypted with a key that CloudWatch Logs manages' });
  }
  return logs;
}
