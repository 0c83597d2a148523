import { Instance } from '@aws-sdk/client-ec2';
import { Task } from '@aws-sdk/client-ecs';
import { AccountApi } from './account-api';
import { UsageApi } from './usage-api';
import { CloudFormationTemplate, numberOf, ofType } from '../../alb/template';
import { NeedName } from '../quotas';

/**
 * The amount of each quota that is in use in the account. A need without an entry has no API that reports it at a low cost: RDS and ElastiCache have
 * no quota that is near, and a Secrets Manager of 500,000 secrets is not counted.
 */
export type Usage = Readonly<Partial<Record<NeedName, () => Promise<number>>>>;

/** The families of EC2 that the quota of "Standard" instances counts: A, C, D, H, I, M, R, T, Z. Newer ones of I have two letters. */
const STANDARD = ['a', 'c', 'd', 'h', 'i', 'im', 'is', 'm', 'r', 't', 'z'];

/** Returns functions that read the usage, each on demand. */
export function usageOf(api: UsageApi, account: AccountApi, templates: readonly CloudFormationTemplate[]): Usage {
  const tasks = once(() => api.tasks());
  const instances = once(() => api.instances());
  return {
    fargateVcpu: async () => fargateVcpus(await tasks(), (provider) => provider !== 'FARGATE_SPOT'),
    fargateSpotVcpu: async () => fargateVcpus(await tasks(), (provider) => provider === 'FARGATE_SPOT'),
    ec2Vcpu: async () => standardVcpus(await instances(), 'on-demand'),
    ec2SpotVcpu: async () => standardVcpus(await instances(), 'spot'),
    elasticIps: () => api.addresses(),
    vpcs: () => api.vpcs(),
    networkInterfaces: () => api.networkInterfaces(),
    natGatewaysPerZone: () => natGatewaysPerZone(api),
    loadBalancers: async () => (await api.loadBalancers()).filter(({ Type }) => Type === 'application').length,
    rulesPerLoadBalancer: () => rulesOfExistingListener(api, templates),
    targetGroups: async () => (await api.targetGroups()).length,
    kafkaBrokers: async () => (await account.kafkaClusters()).reduce((sum, { Provisioned }) => sum + (Provisioned?.NumberOfBrokerNodes ?? 0), 0),
    roles: async () => (await account.iamSummary()).Roles ?? 0,
  };
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
}

function fargateVcpus(tasks: readonly Task[], counts: (provider: string | undefined) => boolean): number {
  return tasks
    .filter(({ launchType, capacityProviderName }) => launchType === 'FARGATE' && counts(capacityProviderName))
    .reduce((sum, { cpu }) => sum + (numberOf(cpu) ?? 0) / 1024, 0);
}

/** Returns the vCPUs of instances of the families that the quota counts. Spot Instances have a quota of their own. */
function standardVcpus(instances: readonly Instance[], option: 'on-demand' | 'spot'): number {
  return instances
    .filter(({ InstanceLifecycle }) => (InstanceLifecycle === 'spot') === (option === 'spot'))
    .filter(({ InstanceType = '' }) => STANDARD.includes(/^[a-z]+/.exec(InstanceType)?.[0] ?? ''))
    .reduce((sum, { CpuOptions }) => sum + (CpuOptions?.CoreCount ?? 0) * (CpuOptions?.ThreadsPerCore ?? 1), 0);
}

/** Returns the highest number of NAT gateways in a zone. */
async function natGatewaysPerZone(api: UsageApi): Promise<number> {
  const subnetIds = (await api.natGateways()).flatMap(({ SubnetId }) => SubnetId ?? []);
  if (subnetIds.length === 0) {
    return 0;
  }
  const zones = new Map((await api.subnets([...new Set(subnetIds)])).map(({ SubnetId, AvailabilityZone }) => [SubnetId, AvailabilityZone]));
  const counts = new Map<string | undefined, number>();
  subnetIds.map((id) => zones.get(id)).forEach((zone) => counts.set(zone, (counts.get(zone) ?? 0) + 1));
  return Math.max(...counts.values());
}

/** Returns the number of rules of the existing listener that a template adds rules to. */
async function rulesOfExistingListener(api: UsageApi, templates: readonly CloudFormationTemplate[]): Promise<number> {
  const arns = templates
    .flatMap((template) => ofType<{ ListenerArn?: unknown }>(template, 'AWS::ElasticLoadBalancingV2::ListenerRule'))
    .map(([, { ListenerArn }]) => ListenerArn)
    .filter((arn) => typeof arn === 'string');
  const rules = await Promise.all([...new Set(arns)].map((arn) => api.rules(arn)));
  return rules.flat().filter(({ IsDefault }) => !IsDefault).length;
}
