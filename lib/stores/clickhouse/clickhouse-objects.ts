import { Stack } from 'aws-cdk-lib/core';
import { IRole, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { BUCKET_ACTIONS, listsBelow, READ_ACTIONS } from '../object-storage/object-access';
import { IObjectStorage } from '../object-storage/object-storage-base';
import { acknowledge, resultTexts } from '../../private/acknowledge';
import { CLICKHOUSE_SERVERS, readBy, writtenBy } from '../../catalog/object-prefixes';

/**
 * The actions of ClickHouse below a prefix that it writes to: it checks whether an object exists, and uploads large ones in parts. It deletes
 * nothing; PostHog's processes do.
 */
const STAGE_ACTIONS = [...READ_ACTIONS, 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'];

/** Properties for `ClickHouseObjects`. */
export interface ClickHouseObjectsProps {
  readonly serverRoles: readonly IRole[];
  readonly storage: IObjectStorage;
}

/**
 * The policy that lets ClickHouse servers stage batch exports in the bucket and read the tables of the data warehouse.
 *
 * It is defined here and not with the roles: a ClickHouse in another stack would otherwise depend on the stack of the bucket.
 */
export class ClickHouseObjects extends Construct {
  public constructor(scope: Construct, id: string, { serverRoles, storage }: ClickHouseObjectsProps) {
    super(scope, id);
    if (serverRoles.length === 0) {
      return;
    }
    const { bucket } = storage;
    const objects = (prefixes: readonly string[]) => prefixes.map((prefix) => bucket.arnForObjects(`${prefix}/*`));
    const staged = objects(writtenBy(CLICKHOUSE_SERVERS));
    const read = objects(readBy(CLICKHOUSE_SERVERS));
    const listed = [...writtenBy(CLICKHOUSE_SERVERS), ...readBy(CLICKHOUSE_SERVERS)].map((prefix) => `${prefix}/*`);
    const policy = new Policy(this, 'Policy', {
      roles: [...serverRoles],
      statements: [
        new PolicyStatement({ actions: BUCKET_ACTIONS, resources: [bucket.bucketArn], conditions: listsBelow(...listed) }),
        new PolicyStatement({ actions: STAGE_ACTIONS, resources: staged }),
        new PolicyStatement({ actions: READ_ACTIONS, resources: read }),
        ...(bucket.encryptionKey
          ? [new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [bucket.encryptionKey.keyArn] })]
          : []),
      ],
    });
    acknowledge(policy, {
      IAMNoInlinePolicy: 'the policy belongs to the servers of one ClickHouse',
      ...Object.fromEntries(
        [...staged, ...read]
          .flatMap((arn) => resultTexts(Stack.of(bucket), arn))
          .map((text) => [`AwsSolutions-IAM5[Resource::${text}]`, 'PostHog chooses the names of its objects, below one prefix for each kind']),
      ),
    });
  }
}
