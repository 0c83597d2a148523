import { Answers } from '../doctor/wire';

/**
 * An account as AWS describes it. NOTHING HERE WAS RECORDED: each answer was built from the model of the SDK (the names of members on the wire) and
 * from the example of AWS's documentation that `SOURCES` names, with other values.
 */
export const ACCOUNT: Answers = {
  // An account that never asked for more has no value of its own for most quotas.
  'servicequotas:GetServiceQuota': ({ ServiceCode, QuotaCode }) =>
    QuotaCode === 'L-3032A538'
      ? { Quota: { ServiceCode, QuotaCode, QuotaName: 'Fargate On-Demand vCPU resource count', Value: 30, Adjustable: true } }
      : missing,
  'servicequotas:GetAWSDefaultServiceQuota': ({ ServiceCode, QuotaCode }) => ({ Quota: { ServiceCode, QuotaCode, Value: 100, Adjustable: true } }),
  'iam:GetAccountSummary': () => ({ SummaryMap: new Map(Object.entries({ Users: 27, UsersQuota: 5000, Roles: 40, RolesQuota: 1000 })) }),
  'iam:GetRole': ({ RoleName }) => ({
    Role: {
      Path: '/aws-service-role/',
      RoleName,
      RoleId: 'AROADBQP57FF2AEXAMPLE',
      Arn: `arn:aws:iam::111122223333:role/${String(RoleName)}`,
      CreateDate: '2012-05-08T23:34:01Z',
    },
  }),
  'cloudformation:DescribeStacks': () => notDeployed,
  'kafka:ListClustersV2': () => ({ clusterInfoList: [] }),
  'kafka:ListConfigurations': () => ({ configurations: [] }),
  'kafka:ListKafkaVersions': () => ({
    kafkaVersions: [
      { version: '3.6.0', status: 'DEPRECATED' },
      { version: '3.9.x.kraft', status: 'ACTIVE' },
    ],
  }),
  'logs:DescribeLogGroups': () => ({ logGroups: [] }),
  'route53:GetHostedZone': ({ Id }) => ({
    HostedZone: {
      Id: `/hostedzone/${String(Id)}`,
      Name: 'example.com.',
      CallerReference: 'MyUniqueIdentifier',
      Config: { PrivateZone: false },
      ResourceRecordSetCount: 17,
    },
    DelegationSet: { NameServers: ['ns-2048.awsdns-64.com', 'ns-2049.awsdns-65.net'] },
  }),
  'route53:ListHostedZonesByName': () => ({ HostedZones: [], IsTruncated: false, MaxItems: 100 }),
  // A list that begins at a name has the next one if there is no such record.
  'route53:ListResourceRecordSets': () => ({
    ResourceRecordSets: [{ Name: 'www.example.com.', Type: 'A', TTL: 300 }],
    IsTruncated: false,
    MaxItems: 1,
  }),
  'secretsmanager:ListSecrets': () => ({ SecretList: [] }),
  'secretsmanager:DescribeSecret': () => missing,
  'acm:DescribeCertificate': ({ CertificateArn }) => ({
    Certificate: { CertificateArn, DomainName: 'posthog.example.com', SubjectAlternativeNames: ['posthog.example.com'], Status: 'ISSUED' },
  }),
  'ec2:DescribeAddresses': () => ({ addressesSet: [{ publicIp: '203.0.113.25', allocationId: 'eipalloc-1' }] }),
  'ec2:DescribeVpcs': () => ({ vpcSet: [{ vpcId: 'vpc-081ec835f3EXAMPLE' }] }),
  'ec2:DescribeNetworkInterfaces': () => ({ networkInterfaceSet: [{ networkInterfaceId: 'eni-0e6fd7b7b1EXAMPLE' }] }),
  'ec2:DescribeNatGateways': () => ({ natGatewaySet: [{ natGatewayId: 'nat-05dba92075d71c408', subnetId: 'subnet-1', state: 'available' }] }),
  'ec2:DescribeSubnets': () => ({ subnetSet: [{ subnetId: 'subnet-1', availabilityZone: 'eu-central-1a' }] }),
  'ec2:DescribeInstances': () => ({
    reservationSet: [
      {
        instancesSet: [
          { instanceId: 'i-1', instanceType: 'm5.xlarge', cpuOptions: { coreCount: 2, threadsPerCore: 2 } },
          { instanceId: 'i-2', instanceType: 'm5.large', instanceLifecycle: 'spot', cpuOptions: { coreCount: 1, threadsPerCore: 2 } },
          { instanceId: 'i-3', instanceType: 'inf1.xlarge', cpuOptions: { coreCount: 2, threadsPerCore: 2 } },
        ],
      },
    ],
  }),
  'ec2:DescribeVolumes': () => ({ volumeSet: [] }),
  'ec2:DescribeAvailabilityZones': () => ({
    availabilityZoneInfo: ['eu-central-1b', 'eu-central-1a'].map((zoneName) => ({ zoneName, zoneState: 'available', zoneType: 'availability-zone' })),
  }),
  'ec2:DescribeInstanceTypeOfferings': () => ({
    instanceTypeOfferingSet: ['eu-central-1a', 'eu-central-1b'].map((location) => ({
      instanceType: 'r7g.large',
      locationType: 'availability-zone',
      location,
    })),
  }),
  'ecs:ListClusters': () => ({ clusterArns: ['arn:aws:ecs:eu-central-1:111122223333:cluster/other'] }),
  'ecs:ListTasks': () => ({ taskArns: ['arn:aws:ecs:eu-central-1:111122223333:task/other/1', 'arn:aws:ecs:eu-central-1:111122223333:task/other/2'] }),
  'ecs:DescribeTasks': () => ({
    tasks: [
      { taskArn: 'arn:aws:ecs:eu-central-1:111122223333:task/other/1', launchType: 'FARGATE', cpu: '2048', lastStatus: 'RUNNING' },
      { taskArn: 'arn:aws:ecs:eu-central-1:111122223333:task/other/2', launchType: 'FARGATE', capacityProviderName: 'FARGATE_SPOT', cpu: '4096' },
    ],
  }),
  'ecs:ListAccountSettings': ({ principalArn }) => ({
    settings: [
      { name: 'awsvpcTrunking', value: principalArn ? 'enabled' : 'disabled', principalArn: principalArn ?? 'arn:aws:iam::111122223333:root' },
    ],
  }),
  'elasticloadbalancing:DescribeLoadBalancers': () => ({
    LoadBalancers: [
      { LoadBalancerArn: 'arn:1', Type: 'application' },
      { LoadBalancerArn: 'arn:2', Type: 'network' },
    ],
  }),
  'elasticloadbalancing:DescribeTargetGroups': () => ({ TargetGroups: [{ TargetGroupArn: 'arn:3' }] }),
  'elasticloadbalancing:DescribeRules': () => ({
    Rules: [
      { RuleArn: 'arn:4', IsDefault: true },
      { RuleArn: 'arn:5', IsDefault: false },
    ],
  }),
};

/** What Service Quotas and Secrets Manager answer for something that does not exist. */
const missing = Object.assign(new Error('The request failed because the specified resource does not exist'), { name: 'ResourceNotFoundException' });

/** What CloudFormation answers for a stack that does not exist. */
export const notDeployed = Object.assign(new Error('Stack with id PostHog does not exist'), { name: 'ValidationError' });

/** The page of each answer. */
export const SOURCES: Readonly<Record<keyof typeof ACCOUNT, string>> = {
  'servicequotas:GetServiceQuota': 'https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html',
  'servicequotas:GetAWSDefaultServiceQuota': 'https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetAWSDefaultServiceQuota.html',
  'iam:GetAccountSummary': 'https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html (example)',
  'iam:GetRole': 'https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html (example)',
  'cloudformation:DescribeStacks':
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html; the error is the one that the CDK expects',
  'kafka:ListClustersV2': 'https://docs.aws.amazon.com/msk/2.0/APIReference/v2-clusters.html (schema)',
  'kafka:ListConfigurations': 'https://docs.aws.amazon.com/msk/1.0/apireference/configurations.html (schema)',
  'kafka:ListKafkaVersions': 'https://docs.aws.amazon.com/msk/1.0/apireference/kafka-versions.html (schema)',
  'logs:DescribeLogGroups': 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html (example)',
  'route53:GetHostedZone': 'https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html (example)',
  'route53:ListHostedZonesByName': 'https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByName.html (example)',
  'route53:ListResourceRecordSets': 'https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html (example)',
  'secretsmanager:ListSecrets': 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html (example)',
  'secretsmanager:DescribeSecret': 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html (errors)',
  'acm:DescribeCertificate': 'https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html (syntax)',
  'ec2:DescribeAddresses': 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddresses.html (example)',
  'ec2:DescribeVpcs': 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html (example)',
  'ec2:DescribeNetworkInterfaces': 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html (example)',
  'ec2:DescribeNatGateways': 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNatGateways.html (example)',
  'ec2:DescribeSubnets': 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html (example)',
  'ec2:DescribeInstances': 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html (example)',
  'ec2:DescribeVolumes': 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html (example)',
  'ec2:DescribeAvailabilityZones': 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html (example)',
  'ec2:DescribeInstanceTypeOfferings': 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html (example)',
  'ecs:ListClusters': 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListClusters.html (example)',
  'ecs:ListTasks': 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html (example)',
  'ecs:ListAccountSettings': 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListAccountSettings.html (example)',
  'ecs:DescribeTasks': 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html (example)',
  'elasticloadbalancing:DescribeLoadBalancers':
    'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html (example)',
  'elasticloadbalancing:DescribeTargetGroups':
    'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html (example)',
  'elasticloadbalancing:DescribeRules': 'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html (example)',
};
