import { SecretValue } from 'aws-cdk-lib/core';
import { AccessKey, User } from 'aws-cdk-lib/aws-iam';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { grantObjects, ObjectAccess } from './object-access';
import { IObjectStorage } from './object-storage';
import { acknowledge } from '../../private/acknowledge';

/** What keys are made for. */
export interface ObjectStorageKeysProps {
  readonly storage: IObjectStorage;
  /** The prefix of the objects that they open, without a slash at the end. */
  readonly prefix: string;
  /** Counting it up makes a new pair and takes the old one away: that is how keys are rotated. */
  readonly serial?: number;
}

/**
 * Where in the bucket source maps and other symbol sets go. Django writes those that are uploaded
 * (OBJECT_STORAGE_ERROR_TRACKING_SOURCE_MAPS_FOLDER in posthog/settings/object_storage.py, generate_symbol_set_file_key in
 * products/error_tracking/backend/logic/symbol_sets.py), and cymbal those that it fetches itself (SS_PREFIX, ss_prefix in
 * rust/cymbal/src/core/config.rs). cymbal opens what Django wrote by its whole key, so both must name this, which is the default of both.
 */
export const SYMBOL_SETS_PREFIX = 'symbolsets';

/**
 * Keys to the objects below one prefix, for a process that cannot use its task role.
 *
 * There is one: cymbal takes the credentials of a role only in the way that Kubernetes hands them out (`get_aws_config` in
 * rust/cymbal/src/core/config.rs). It lists the bucket at its start, with an empty prefix, and stops where it may not (`ping_bucket` in
 * rust/cymbal/src/core/symbolication/symbol_store/s3.rs), so that much is not limited.
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
    // Whoever uses the keys may use them when they are there: the user's rights come in a policy beside it.
    this.secret.node.addDependency(user);
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
