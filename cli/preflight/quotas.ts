/** The things that quotas count. */
export type NeedName =
  | 'fargateVcpu'
  | 'fargateSpotVcpu'
  | 'ec2Vcpu'
  | 'ec2SpotVcpu'
  | 'elasticIps'
  | 'networkInterfaces'
  | 'natGatewaysPerZone'
  | 'vpcs'
  | 'loadBalancers'
  | 'targetGroups'
  | 'rulesPerLoadBalancer'
  | 'databases'
  | 'cacheNodes'
  | 'kafkaBrokers'
  | 'secrets'
  | 'roles';

/** A quota of an AWS account. */
export interface Quota {
  readonly need: NeedName;
  /** The name, as the console of Service Quotas shows it. */
  readonly name: string;
  readonly service: string;
  readonly code: string;
  /** The value in a new account. AWS can start an account with less. */
  readonly newAccount: number;
  /** Indicates whether the resources of the account count, not only those of one load balancer or zone. */
  readonly perAccount: boolean;
}

/**
 * The quotas that a PostHog needs, those that new accounts meet first.
 *
 * Values: https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html, a page for each service (Fargate: ecs-service.html, where 6 is
 * followed by "New AWS accounts might have initial lower quotas that can increase over time").
 * Codes: `aws service-quotas list-aws-default-service-quotas`.
 */
export const QUOTAS: readonly Quota[] = [
  quota('fargateVcpu', 'Fargate On-Demand vCPU resource count', 'fargate', 'L-3032A538', 6),
  quota('fargateSpotVcpu', 'Fargate Spot vCPU resource count', 'fargate', 'L-36FBB829', 6),
  quota('ec2Vcpu', 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances', 'ec2', 'L-1216C47A', 5),
  quota('ec2SpotVcpu', 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests', 'ec2', 'L-34B43A08', 5),
  quota('elasticIps', 'EC2-VPC Elastic IPs', 'ec2', 'L-0263D0A3', 5),
  quota('vpcs', 'VPCs per Region', 'vpc', 'L-F678F1CE', 5),
  { ...quota('natGatewaysPerZone', 'NAT gateways per Availability Zone', 'vpc', 'L-FE5A380F', 5), perAccount: false },
  quota('loadBalancers', 'Application Load Balancers per Region', 'elasticloadbalancing', 'L-53DA6B97', 50),
  { ...quota('rulesPerLoadBalancer', 'Rules per Application Load Balancer', 'elasticloadbalancing', 'L-7EED9B64', 100), perAccount: false },
  quota('targetGroups', 'Target Groups per Region', 'elasticloadbalancing', 'L-B22855CB', 3000),
  quota('databases', 'DB instances', 'rds', 'L-7B6409FD', 40),
  quota('cacheNodes', 'Nodes per region', 'elasticache', 'L-DFE45DF3', 300),
  quota('kafkaBrokers', 'Number of brokers per account', 'kafka', 'L-EDD31C36', 90),
  quota('roles', 'Roles per account', 'iam', 'L-FE177D64', 1000),
  quota('networkInterfaces', 'Network interfaces per Region', 'vpc', 'L-DF5E4CA3', 5000),
  quota('secrets', 'Secrets per Region', 'secretsmanager', 'L-2F66C23C', 500_000),
];

function quota(need: NeedName, name: string, service: string, code: string, newAccount: number): Quota {
  return { need, name, service, code, newAccount, perAccount: true };
}

/** Returns the command that requests a higher value of a quota. */
export function increase({ service, code }: Quota, value: number, region?: string): string {
  const where = region === undefined ? '' : ` --region ${region}`;
  return `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${Math.ceil(value)}${where}`;
}
