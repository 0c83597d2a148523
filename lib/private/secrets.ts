import { Stack } from 'aws-cdk-lib/core';
import { CfnSecret, ISecret, SecretStringGenerator } from 'aws-cdk-lib/aws-secretsmanager';
import { invalidValue } from './errors';

/** Returns the content of a secret as the same app defines it; nothing for an imported secret. */
export function definitionOf(secret: ISecret): { readonly generated?: SecretStringGenerator; readonly literal?: unknown } {
  const definition = secret.node.defaultChild;
  if (!CfnSecret.isCfnSecret(definition)) {
    return {};
  }
  const stack = Stack.of(secret);
  return {
    generated: stack.resolve(definition.generateSecretString) as SecretStringGenerator | undefined,
    literal: stack.resolve(definition.secretString),
  };
}

/** Refuses a secret that is known to contain JSON if its whole text is used as the value. */
export function checkWholeText(prop: string, secret: ISecret): void {
  if (definitionOf(secret).generated?.secretStringTemplate !== undefined) {
    throw invalidValue(
      prop,
      'must be a secret whose whole text is the value, not JSON',
      secret,
      'create a secret that contains only the value; the secret that RDS creates contains a user and a password, not a URL',
    );
  }
}

/** Refuses a secret that is known not to contain JSON with these keys. */
export function checkKeys(prop: string, secret: ISecret, keys: readonly string[]): void {
  const { generated, literal } = definitionOf(secret);
  if ((generated && generated.secretStringTemplate === undefined) || (typeof literal === 'string' && !literal.startsWith('{'))) {
    throw invalidValue(
      prop,
      `must be a secret that contains JSON with the keys ${keys.join(' and ')}`,
      secret,
      `create one that contains JSON: {"${keys.join('": "...", "')}": "..."}`,
    );
  }
}
