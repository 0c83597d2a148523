import { SecretValue } from 'aws-cdk-lib/core';
import { AccessKey, User } from 'aws-cdk-lib/aws-iam';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { grantObjects, ObjectAccess } from './object-access';
import { IObjectStorage } from './object-storage';
import { acknowledge } from '../private/acknowledge';

/** What keys are made for. */
export interface ObjectStorageKeysProps {
  readonly storage: IObjectStorage;
  /** The prefix of the objects that they open, without a slash at the end. */
  readonly prefix: string;
  /** Counting it up makes a new pair and takes the old one away: that is how keys are rotated. */
  readonly serial?: number;
}

/**
 * Keys to the objects below one prefix, for a process that cannot use its task role.
 *
 * There is one: cymbal takes the credentials of a role only in the way that Kubernetes hands them out (rust/cymbal/src/core/config.rs). It
 * lists the bucket at its start, with an empty prefix, and stops where it may not (BlobClient::ping_bucket), so that much is not limited.
 */
export class ObjectStorageKeys extends Construct {
  /** The secret with `accessKeyId` and `secretAccessKey`. */
  public readonly secret: ISecret;

  public constructor(scope: Construct, id: string, { storage, prefix, serial }: ObjectStorageKeysProps) {
    super(scope, id);
    const user = new User(this, 'User');
    grantObjects(storage.bucket, user, ObjectAccess.READ_WRITE, `${prefix}/*`);
    const key = new AccessKey(this, 'Key', { user, serial });
    this.secret = new Secret(this, 'Secret', {
      description: `PostHog object storage: keys to ${prefix}`,
      secretObjectValue: { accessKeyId: SecretValue.resourceAttribute(key.accessKeyId), secretAccessKey: key.secretAccessKey },
    });
    const rotation = 'the keys are rotated by making new ones, with the next serial number';
    acknowledge(this, {
      'AwsSolutions-SMG4': rotation,
      'SecretsManagerRotationEnabled': rotation,
      'SecretsManagerUsingKMSKey': 'encrypted with the key that Secrets Manager keeps for the account',
      'IAMNoInlinePolicy': 'the user belongs to one process, and so does its policy',
      'IAMUserNoPolicies': 'a group of this one user would say no more',
      'IAMUserGroupMembership': 'a group of this one user would say no more',
    });
  }
}
