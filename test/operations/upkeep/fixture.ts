import { Stack } from 'aws-cdk-lib/core';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, Secret } from 'aws-cdk-lib/aws-ecs';
import { Secret as StoredSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { PostHogUpkeepProps } from '../../../lib';

/** The required props of an upkeep that is useful alone. */
export function upkeepProps(stack: Stack) {
  const vpc = Vpc.fromVpcAttributes(stack, 'UpkeepVpc', {
    vpcId: 'vpc-0fedcba9876543210',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: ['subnet-a', 'subnet-b'],
  });
  return {
    cluster: Cluster.fromClusterAttributes(stack, 'UpkeepCluster', { clusterName: 'analytics', vpc }),
    image: ContainerImage.fromRegistry('posthog/posthog@sha256:1'),
    environment: { CLICKHOUSE_HOST: 'clickhouse.internal' },
    secrets: { DATABASE_URL: Secret.fromSecretsManager(StoredSecret.fromSecretNameV2(stack, 'UpkeepUrl', 'url')) },
    securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'UpkeepClients', 'sg-0123456789abcdef0')],
  } satisfies PostHogUpkeepProps;
}
