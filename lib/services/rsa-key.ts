import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { CfnSecret, ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { RsaKeyAnswer, RsaKeyRequest } from './rsa-key-request';
import { programFunction } from '../private/program-function';

const TYPE = 'Custom::PostHogRsaKey';
const ARN: keyof RsaKeyAnswer = 'SecretArn';

/**
 * A secret with an RSA private key in PEM, which Secrets Manager cannot generate: a function of the stack makes one while it is deployed, and
 * puts it there. It is made once; whatever the secret holds stays as it is.
 *
 * The secret that this returns is known by the ARN that the function answers with, so whatever refers to it is made when the key is there.
 *
 * @param scope where to define it
 * @param id the construct id of the secret
 * @param description what the secret says about itself
 * @param removalPolicy what becomes of the secret when it leaves the stack
 */
export function defineRsaKey(scope: Construct, id: string, description: string, removalPolicy: RemovalPolicy): ISecret {
  const secret = new Secret(scope, id, { description, removalPolicy });
  // The CDK has Secrets Manager generate something where nothing is said. Without that, the secret is made empty.
  (secret.node.defaultChild as CfnSecret).generateSecretString = undefined;
  const provider = programFunction(scope, TYPE, {
    program: 'rsa-key',
    description: 'Puts RSA keys into secrets of PostHog that hold nothing yet',
    timeout: Duration.minutes(3),
  });
  provider.addToRolePolicy({ Effect: 'Allow', Action: ['secretsmanager:DescribeSecret', 'secretsmanager:PutSecretValue'], Resource: secret.secretArn });
  const request: RsaKeyRequest = { SecretArn: secret.secretArn };
  const value = new CustomResource(secret, 'Value', {
    serviceToken: provider.serviceToken,
    // The function answers in time; this is for the case that it cannot be started.
    serviceTimeout: Duration.minutes(10),
    resourceType: TYPE,
    properties: { ...request },
  });
  return Secret.fromSecretCompleteArn(secret, 'Filled', value.getAttString(ARN));
}
