import { Stack } from 'aws-cdk-lib/core';
import { AccountRootPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';

/**
 * Lets Auto Scaling start instances whose volumes have a key. The policy of an imported key does not change: it must allow the same.
 *
 * The service-linked role is a condition and no principal, because KMS refuses a policy with a role that does not exist yet.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
 */
export function allowAutoScaling(key: IKey): void {
  const role = Stack.of(key).formatArn({
    service: 'iam',
    region: '',
    resource: 'role/aws-service-role/autoscaling.amazonaws.com',
    resourceName: 'AWSServiceRoleForAutoScaling',
  });
  const shared = { principals: [new AccountRootPrincipal()], resources: ['*'] };
  const isAutoScaling = { ArnEquals: { 'aws:PrincipalArn': role } };
  key.addToResourcePolicy(
    new PolicyStatement({
      ...shared,
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      conditions: isAutoScaling,
    }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      ...shared,
      actions: ['kms:CreateGrant'],
      conditions: { ...isAutoScaling, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    }),
  );
}
