import { SecretValue } from 'aws-cdk-lib/core';
import { AccessKey, User } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { grantObjects, ObjectAccess } from './object-access';
import { IObjectStorage } from './object-storage-base';
import { acknowledge } from '../../private/acknowledge';
import { defineSecret } from '../../private/encrypted-secret';
import { defaultSecretKey } from '../../private/encryption-key';

/** Properties for `ObjectStorageKeys`. */
export interface ObjectStorageKeysProps {
  readonly storage: IObjectStorage;
  /** The prefix of the objects, without a slash at the end. */
  readonly prefix: string;
  /** The serial number: increase it to rotate the keys, which creates a new pair and deletes the old one. */
  readonly serial?: number;
}

/**
 * The prefix of source maps and other symbol sets. Django writes those that are uploaded
 * (OBJECT_STORAGE_ERROR_TRACKING_SOURCE_MAPS_FOLDER in posthog/settings/object_storage.py, generate_symbol_set_file_key in
 * products/error_tracking/backend/logic/symbol_sets.py), and cymbal those that it fetches itself (SS_PREFIX, ss_prefix in
 * rust/cymbal/src/core/config.rs). cymbal reads Django's objects by their full key, so both must use this prefix, which is the default of both.
 */
export const SYMBOL_SETS_PREFIX = 'symbolsets';

/**
 * Access keys for the objects below one prefix, for a process that cannot use its task role.
 *
 * Only cymbal needs them: it supports role credentials only in the way of Kubernetes (`get_aws_config` in
 * rust/cymbal/src/core/config.rs). It lists the bucket at startup, with an empty prefix, and exits if that is denied (`ping_bucket` in
 * rust/cymbal/src/core/symbolication/symbol_store/s3.rs), so it may list the names of all objects.
 */
export class ObjectStorageKeys extends Construct {
  /** The secret with `accessKeyId` and `secretAccessKey`. */
  public readonly secret: ISecret;

  public constructor(scope: Construct, id: string, { storage, prefix, serial }: ObjectStorageKeysProps) {
    super(scope, id);
    const user = new User(this, 'User');
    grantObjects(storage.bucket, user, ObjectAccess.READ_WRITE, `${prefix}/*`, ['']);
    const key = new AccessKey(this, 'Key', { user, serial });
    this.secret = defineSecret(this, 'Secret', {
      description: `PostHog object storage: access keys for ${prefix}`,
      secretObjectValue: { accessKeyId: SecretValue.resourceAttribute(key.accessKeyId), secretAccessKey: key.secretAccessKey },
    });
    // The user's permissions are in a separate policy, so the secret depends on it as well.
    this.secret.node.addDependency(user);
    const rotation = 'the keys are rotated by creating new ones, with the next serial number';
    acknowledge(this, {
      'AwsSolutions-SMG4': rotation,
      'SecretsManagerRotationEnabled': rotation,
      ...defaultSecretKey(this),
      'IAMNoInlinePolicy': 'the user belongs to one process, and so does its policy',
      'IAMUserNoPolicies': 'a group with this one user would add nothing',
      'IAMUserGroupMembership': 'a group with this one user would add nothing',
    });
  }
}
