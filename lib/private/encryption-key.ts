import { Stack } from 'aws-cdk-lib/core';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IConstruct } from 'constructs';

/** The keys of constructs whose resources share one. */
const KEYS = new WeakMap<IConstruct, IKey>();

/**
 * Makes everything that is defined in a scope afterwards use a key for its data at rest, and lets CloudWatch Logs use it. The policy of an imported
 * key does not change: docs/stores.md has the statements that it needs.
 */
export function encryptWith(scope: IConstruct, key: IKey | undefined): void {
  if (key === undefined) {
    return;
  }
  KEYS.set(scope, key);
  const { region, account, partition } = Stack.of(key);
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'Logs',
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:*` } },
    }),
  );
}

/** Returns the key for data at rest in a scope; undefined if each service uses its own. */
export function encryptionKeyOf(scope: IConstruct): IKey | undefined {
  const holder = [...scope.node.scopes].reverse().find((one) => KEYS.has(one));
  return holder && KEYS.get(holder);
}

/** Returns the finding of cdk-nag about a secret with the key of Secrets Manager; none if its scope has a key. */
export function defaultSecretKey(scope: IConstruct): Record<string, string> {
  return encryptionKeyOf(scope)
    ? {}
    : { SecretsManagerUsingKMSKey: 'encrypted with the AWS managed key of Secrets Manager; `encryptionKey` sets another' };
}
