import { Stack } from 'aws-cdk-lib/core';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret, ISecret, Secret, SecretProps } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { encryptionKeyOf } from './encryption-key';

const KEYS = new WeakMap<ISecret, IKey>();

/** Defines a secret with the key of its scope. */
export function defineSecret(scope: Construct, id: string, props: Omit<SecretProps, 'encryptionKey'>): Secret {
  const secret = new Secret(scope, id, props);
  const key = encryptionKeyOf(scope);
  if (key) {
    (secret.node.defaultChild as CfnSecret).kmsKeyId = key.keyArn;
  }
  return grantingKey(secret, key);
}

/**
 * Makes the grants of a secret include its key, in the policy of the reader or writer.
 *
 * The secret of the CDK, given the key, grants it in the policy of the key: nobody can read it with an imported key, and a role in another stack than
 * the key's makes the stacks depend on each other.
 */
export function grantingKey<T extends ISecret>(secret: T, key: IKey | undefined): T {
  if (!key) {
    return secret;
  }
  KEYS.set(secret, key);
  const read = secret.grantRead.bind(secret);
  const write = secret.grantWrite.bind(secret);
  const viaSecretsManager = { StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(secret).region}.amazonaws.com` } };
  const grantKey = (grantee: IGrantable, actions: string[]) =>
    Grant.addToPrincipal({ grantee, actions, resourceArns: [key.keyArn], conditions: viaSecretsManager });
  return Object.assign(secret, {
    grantRead: (grantee: IGrantable, versionStages?: string[]) => read(grantee, versionStages).combine(grantKey(grantee, ['kms:Decrypt'])),
    grantWrite: (grantee: IGrantable) => write(grantee).combine(grantKey(grantee, ['kms:Decrypt', 'kms:GenerateDataKey'])),
  });
}

/** Returns the customer-managed key of a secret; undefined without one, and for an imported secret whose key is unknown. */
export function keyOfSecret(secret: ISecret): IKey | undefined {
  return KEYS.get(secret) ?? secret.encryptionKey;
}
