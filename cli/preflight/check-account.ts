import { Resolver } from 'node:dns/promises';
import { AccountApi } from './account/account-api';
import { describeStack } from './account/deployed-stack';
import { UsageApi } from './account/usage-api';
import { AccountContext } from './checks/context';
import { domainChecks } from './checks/domain-checks';
import { hostChecks } from './checks/host-checks';
import { nameChecks } from './checks/name-checks';
import { quotaChecks } from './checks/quota-checks';
import { regionChecks } from './checks/region-checks';
import { roleChecks } from './checks/role-checks';
import { stackChecks } from './checks/stack-checks';
import { dockerHubCheck } from './checks/template-checks';
import { volumeChecks } from './checks/volume-checks';
import { missingCredentials, Session } from '../aws/session';
import { NamedCheckResult } from '../doctor/check';
import { SynthesisedStack } from '../template/stacks';

/** The public DNS is outside of AWS, and may not answer here. */
const DNS = { timeout: 3000, tries: 2 };

/** Every AWS action that preflight calls, as in a policy. docs/command-line.md lists the same. */
export const ACTIONS = [
  'acm:DescribeCertificate',
  'cloudformation:DescribeStacks',
  'cloudformation:GetTemplate',
  'cloudformation:ListStackResources',
  'ec2:DescribeAddresses',
  'ec2:DescribeAvailabilityZones',
  'ec2:DescribeInstanceTypeOfferings',
  'ec2:DescribeInstances',
  'ec2:DescribeNatGateways',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DescribeVolumes',
  'ec2:DescribeVpcs',
  'ecs:DescribeTasks',
  'ecs:ListAccountSettings',
  'ecs:ListClusters',
  'ecs:ListTasks',
  'elasticloadbalancing:DescribeLoadBalancers',
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:DescribeTargetGroups',
  'iam:GetAccountSummary',
  'iam:GetRole',
  'kafka:ListClustersV2',
  'kafka:ListConfigurations',
  'kafka:ListKafkaVersions',
  'logs:DescribeLogGroups',
  'route53:GetHostedZone',
  'route53:ListHostedZonesByName',
  'route53:ListResourceRecordSets',
  'secretsmanager:DescribeSecret',
  'secretsmanager:ListSecrets',
  'servicequotas:GetAWSDefaultServiceQuota',
  'servicequotas:GetServiceQuota',
] as const;

export { missingCredentials };

/**
 * Checks the stacks that an app has in one region against the account of the credentials. It only reads.
 *
 * @param stacks the stacks
 * @param region the region; default: that of the environment or the profile
 * @param options.compare whether to compare with the deployed templates
 * @param options.begin called once the region is known, before the first request
 */
export async function checkAccount(
  stacks: readonly SynthesisedStack[],
  region: string | undefined,
  { compare, begin }: { readonly compare: boolean; readonly begin: (region: string) => void },
): Promise<NamedCheckResult[]> {
  const session = await Session.in(region);
  begin(session.region);
  const api = new AccountApi(session);
  const names = [...new Set(stacks.flatMap(({ name }) => name ?? []))];
  const resolver = new Resolver(DNS);
  const context: AccountContext = {
    api,
    usage: new UsageApi(session),
    region: session.region,
    stacks,
    templates: stacks.map(({ template }) => template),
    deployed: await Promise.all(names.map((name) => describeStack(api, name))),
    resolveNs: (domain) => resolver.resolveNs(domain),
  };
  return checkContext(context, compare);
}

/** Runs every check of an account. */
export async function checkContext(context: AccountContext, compare: boolean): Promise<NamedCheckResult[]> {
  const [quotas, volumes, ...others] = await Promise.all([
    quotaChecks(context),
    volumeChecks(context),
    regionChecks(context),
    hostChecks(context),
    roleChecks(context),
    domainChecks(context),
    nameChecks(context),
  ]);
  return [...stackChecks(context, compare), ...volumes, ...quotas, dockerHubCheck(context.templates), ...others.flat()];
}
