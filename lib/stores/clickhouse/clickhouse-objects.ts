import { Stack } from 'aws-cdk-lib/core';
import { IRole, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { BUCKET_ACTIONS, READ_ACTIONS } from '../object-storage/object-access';
import { IObjectStorage } from '../object-storage/object-storage';
import { acknowledge, resultText } from '../../private/acknowledge';
import { CLICKHOUSE_SERVERS, readBy, writtenBy } from '../../catalog/object-prefixes';

/**
 * What ClickHouse does below a prefix that it writes: it asks whether an object exists, and writes large ones in parts. It deletes nothing;
 * PostHog's own processes do.
 */
const STAGE_ACTIONS = [...READ_ACTIONS, 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'];

/** The servers of a ClickHouse and the bucket that their queries name. */
export interface ClickHouseObjectsProps {
  readonly serverRoles: readonly IRole[];
  readonly storage: IObjectStorage;
}

/**
 * Lets the servers of a ClickHouse stage batch exports in the bucket, and read the tables of the data warehouse.
 *
 * The policy is defined here, and not beside the roles: a ClickHouse in another stack would otherwise depend on the stack of the bucket.
 * Listing is not limited to a prefix: without it, S3 answers 403 and not 404 where a key does not exist yet, and ClickHouse gives up.
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
    const policy = new Policy(this, 'Policy', {
      roles: [...serverRoles],
      statements: [
        new PolicyStatement({ actions: BUCKET_ACTIONS, resources: [bucket.bucketArn] }),
        new PolicyStatement({ actions: STAGE_ACTIONS, resources: staged }),
        new PolicyStatement({ actions: READ_ACTIONS, resources: read }),
        ...bucket.encryptionKey ? [new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [bucket.encryptionKey.keyArn] })] : [],
      ],
    });
    acknowledge(policy, {
      IAMNoInlinePolicy: 'the policy belongs to the servers of one ClickHouse',
      ...Object.fromEntries([...staged, ...read].map((arn) =>
        [`AwsSolutions-IAM5[Resource::${resultText(Stack.of(this).resolve(arn))}]`, 'PostHog names its objects itself, below a prefix for each kind'])),
    });
  }
}
