import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { CfnSecret, ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { defineSecret, grantingKey, keyOfSecret } from '../../private/encrypted-secret';
import { resourcePolicy } from '../../private/removal-policy';
import { ProgramFunction } from '../../private/program-function';

/**
 * The variables for keys of Fernet: `list` has several keys with commas between them (FLAGS_SECRET_KEYS), `encoded` may name the encoding of its key
 * before a colon (TEMPORAL_SECRET_KEY).
 */
export type FernetFormat = 'list' | 'encoded';

/** The properties of the custom resources. */
export interface KeyRequest {
  readonly SecretArn: string;
  /** Undefined for an RSA key. */
  readonly Format?: FernetFormat;
  /** The secret that encrypted the same data so far. */
  readonly PreviousArn?: string;
  /** The stack of a generated previous secret: while the stack is being created, there is no data yet. */
  readonly Stack?: string;
  /** The prop for a key of the user's own, for messages. */
  readonly Prop?: string;
}

/** The attributes that the function returns once the secret holds a key. A reference to the ARN waits for the key. */
export interface KeyAnswer {
  readonly SecretArn: string;
}

/** The type of RSA keys, which the function is named after. */
const RSA_TYPE = 'Custom::PostHogRsaKey';
const FERNET_TYPE = 'Custom::PostHogFernetKey';
const ARN: keyof KeyAnswer = 'SecretArn';

/**
 * Defines a secret with an RSA private key in PEM, which Secrets Manager cannot generate: a function of the stack generates it during the
 * deployment. It is generated once; an existing value is never changed.
 *
 * The returned secret has the ARN that the function returns, so every resource that refers to it is created after the key.
 *
 * @param scope where to define it
 * @param id the construct id of the secret
 * @param description the description of the secret
 * @param removalPolicy the removal policy of the secret
 */
export function defineRsaKey(scope: Construct, id: string, description: string, removalPolicy: RemovalPolicy): ISecret {
  return defineKey(scope, id, RSA_TYPE, description, removalPolicy, {});
}

/** Options for `defineFernetKey`. */
export interface FernetKeyOptions {
  readonly format: FernetFormat;
  /** The secret that encrypted the same data so far. */
  readonly previous: ISecret;
  /** Indicates whether this stack generates `previous`: while the stack is being created, there is no data that it encrypted. */
  readonly isNew: boolean;
  /** The prop for a key of the user's own. */
  readonly prop: string;
}

/**
 * Defines a secret with a key for data that another secret encrypted before.
 *
 * In a stack that is being created, the function generates a key. Otherwise, it copies the part of the previous secret that encrypted the data,
 * its first 32 bytes: no data becomes unreadable, and the rest of the previous secret stays unknown to processes with this key. It is done once;
 * an existing value is never changed.
 */
export function defineFernetKey(
  scope: Construct,
  id: string,
  description: string,
  removalPolicy: RemovalPolicy,
  { format, previous, isNew, prop }: FernetKeyOptions,
): ISecret {
  const { stackId } = Stack.of(scope);
  const provider = providerOf(scope);
  provider.addToRolePolicy({
    Effect: 'Allow',
    Action: 'secretsmanager:GetSecretValue',
    // The ARN of a secret that is imported by its name ends with six more characters.
    Resource: previous.secretFullArn ?? `${previous.secretArn}-??????`,
  });
  const previousKey = keyOfSecret(previous);
  if (previousKey) {
    provider.addToRolePolicy({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: previousKey.keyArn });
  }
  if (isNew) {
    provider.addToRolePolicy({ Effect: 'Allow', Action: 'cloudformation:DescribeStacks', Resource: stackId });
  }
  return defineKey(scope, id, FERNET_TYPE, description, removalPolicy, {
    Format: format,
    PreviousArn: previous.secretFullArn ?? previous.secretArn,
    ...(isNew ? { Stack: stackId } : {}),
    Prop: prop,
  });
}

function defineKey(
  scope: Construct,
  id: string,
  resourceType: string,
  description: string,
  removalPolicy: RemovalPolicy,
  properties: Omit<KeyRequest, 'SecretArn'>,
): ISecret {
  const secret = defineSecret(scope, id, { description, removalPolicy: resourcePolicy(removalPolicy) });
  // By default, the CDK lets Secrets Manager generate a value. Without that, the secret is created empty.
  (secret.node.defaultChild as CfnSecret).generateSecretString = undefined;
  const provider = providerOf(scope);
  provider.addToRolePolicy({
    Effect: 'Allow',
    Action: ['secretsmanager:DescribeSecret', 'secretsmanager:PutSecretValue'],
    Resource: secret.secretArn,
  });
  const encryptionKey = keyOfSecret(secret);
  if (encryptionKey) {
    provider.addToRolePolicy({ Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: encryptionKey.keyArn });
  }
  const request: KeyRequest = { SecretArn: secret.secretArn, ...properties };
  const value = new CustomResource(secret, 'Value', {
    serviceToken: provider.serviceToken,
    // The function responds in time; this covers a function that cannot be started.
    serviceTimeout: Duration.minutes(10),
    resourceType,
    properties: { ...request },
  });
  return grantingKey(Secret.fromSecretCompleteArn(secret, 'Filled', value.getAttString(ARN)), encryptionKey);
}

function providerOf(scope: Construct): ProgramFunction {
  return ProgramFunction.of(scope, RSA_TYPE, {
    program: 'secret-keys',
    description: 'PostHog secrets: generates keys',
    timeout: Duration.minutes(3),
  });
}
