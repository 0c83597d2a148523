import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { CfnSecret, ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { resourcePolicy } from '../../private/removal-policy';
import { ProgramFunction } from '../../private/program-function';

/** The properties of the custom resource that `defineRsaKey` defines. */
export interface RsaKeyRequest {
  readonly SecretArn: string;
}

/** The attributes that the function returns once the secret holds a key. A reference to the ARN waits for the key. */
export interface RsaKeyAnswer {
  readonly SecretArn: string;
}

const TYPE = 'Custom::PostHogRsaKey';
const ARN: keyof RsaKeyAnswer = 'SecretArn';

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
  const secret = new Secret(scope, id, { description, removalPolicy: resourcePolicy(removalPolicy) });
  // By default, the CDK lets Secrets Manager generate a value. Without that, the secret is created empty.
  (secret.node.defaultChild as CfnSecret).generateSecretString = undefined;
  const provider = ProgramFunction.of(scope, TYPE, {
    program: 'rsa-key',
    description: 'PostHog secrets: generates RSA keys',
    timeout: Duration.minutes(3),
  });
  provider.addToRolePolicy({
    Effect: 'Allow',
    Action: ['secretsmanager:DescribeSecret', 'secretsmanager:PutSecretValue'],
    Resource: secret.secretArn,
  });
  const request: RsaKeyRequest = { SecretArn: secret.secretArn };
  const value = new CustomResource(secret, 'Value', {
    serviceToken: provider.serviceToken,
    // The function responds in time; this covers a function that cannot be started.
    serviceTimeout: Duration.minutes(10),
    resourceType: TYPE,
    properties: { ...request },
  });
  return Secret.fromSecretCompleteArn(secret, 'Filled', value.getAttString(ARN));
}
