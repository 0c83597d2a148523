import { AccountContext, describedStacks, named } from './context';
import { VOLUME_TAG, volumeTag } from './volume-checks';
import { unlessMissing } from '../account/account-api';
import { DeployedStack, existingResource } from '../account/deployed-stack';
import { NamedResource, namedResources } from '../account/names';
import { CheckResult, fail, NamedCheckResult, pass, warning } from '../../doctor/check';

/** Returns the result for a name that another resource has; undefined if it is free. */
type NameCheck = (context: AccountContext, resource: NamedResource) => Promise<CheckResult | undefined>;

/** The search for a name in the account, by type. */
const NAME_CHECKS: Readonly<Record<string, NameCheck>> = {
  'AWS::MSK::Cluster': async ({ api }, { name }) => {
    const found = (await api.kafkaClusters()).find(({ ClusterName }) => ClusterName === name);
    return (
      found &&
      fail(
        `there is an MSK cluster ${name} already (${found.State})`,
        `if nobody needs its data: aws kafka delete-cluster --cluster-arn ${found.ClusterArn}`,
      )
    );
  },
  'AWS::MSK::Configuration': async ({ api }, { name }) => {
    const found = (await api.kafkaConfigurations()).find(({ Name }) => Name === name);
    return found && fail(`there is an MSK configuration ${name} already`, `after its cluster: aws kafka delete-configuration --arn ${found.Arn}`);
  },
  'AWS::Logs::LogGroup': async ({ api }, { name }) =>
    (await api.logGroups(name)).some(({ logGroupName }) => logGroupName === name)
      ? fail(`there is a log group ${name} already`, `aws logs delete-log-group --log-group-name ${name}`)
      : undefined,
  'AWS::Route53::RecordSet': async ({ api }, { name, properties: { HostedZoneId: zone, Type: type } }) => {
    if (typeof zone !== 'string' || typeof type !== 'string' || !(await api.record(zone, name, type))) {
      return undefined;
    }
    const query = `ResourceRecordSets[?Name=='${name.replace(/\.?$/, '.')}']`;
    return fail(
      `there is a record ${name} of type ${type} already in the zone ${zone}`,
      `delete it with aws route53 change-resource-record-sets; it is aws route53 list-resource-record-sets --hosted-zone-id ${zone} --query "${query}"`,
    );
  },
  'AWS::SecretsManager::Secret': async ({ api }, { name }) => {
    const found = await api.secret(name);
    return (
      found &&
      fail(
        `there is a secret ${name} already${found.deleted ? ', which waits for its deletion' : ''}`,
        `if nobody needs it: aws secretsmanager delete-secret --secret-id ${name} --force-delete-without-recovery`,
      )
    );
  },
  'AWS::IAM::Role': async ({ api }, { name }) =>
    (await api.hasRole(name))
      ? fail(`there is a role ${name} already`, `detach its policies, then aws iam delete-role --role-name ${name}`)
      : undefined,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': async ({ usage }, { name }) =>
    ((await unlessMissing(usage.loadBalancers([name]))) ?? []).length > 0
      ? fail(`there is a load balancer ${name} already`, 'delete it, or take the name out of the template')
      : undefined,
  'AWS::ElasticLoadBalancingV2::TargetGroup': async ({ usage }, { name }) =>
    ((await unlessMissing(usage.targetGroups([name]))) ?? []).length > 0
      ? fail(`there is a target group ${name} already`, 'delete it, or take the name out of the template')
      : undefined,
  // The name is taken in one VPC only, and most templates create their own.
  'AWS::ServiceDiscovery::PrivateDnsNamespace': async ({ api }, { name }) =>
    (await api.privateZones(name)).length > 0
      ? warning(
          `there is a private zone ${name} already; in the same VPC, Cloud Map refuses a second one`,
          `aws servicediscovery list-namespaces --filters Name=NAME,Values=${name}`,
        )
      : undefined,
};

/** The tag of CloudFormation that names the stack of a resource. It stays on resources that a stack retains. */
const STACK_NAME_TAG = 'aws:cloudformation:stack-name';

/** Checks that the names in the templates are free, and reports what earlier tries of the same stacks left behind. */
export async function nameChecks(context: AccountContext): Promise<NamedCheckResult[]> {
  const deployed = new Map(describedStacks(context).map((stack) => [stack.name, stack]));
  const created = context.stacks.flatMap(({ name = '', template }) => {
    const stack = deployed.get(name);
    // Without the description of its stack, nobody knows whether a resource is the stack's own.
    return stack ? namedResources(template).filter(({ id }) => !existingResource(stack, id)) : [];
  });
  const checked = created.filter(({ type }) => Object.hasOwn(NAME_CHECKS, type));
  const others = created.filter(({ type }) => !Object.hasOwn(NAME_CHECKS, type));
  const results = (
    await Promise.all(
      checked.map((resource) =>
        named('names', `the name ${resource.name} (${resource.type})`, async () => {
          const result = await NAME_CHECKS[resource.type](context, resource);
          return result ? [result] : [];
        }),
      ),
    )
  ).flat();
  const free: NamedCheckResult[] =
    results.length === 0 && checked.length > 0 ? [{ check: 'names', ...pass(`the ${checked.length} names in the templates are free`) }] : [];
  const unchecked: NamedCheckResult[] = others.map(({ name, type }) => ({
    check: 'names',
    ...warning(`whether the name ${name} (${type}) is free is not checked`),
  }));
  return [...free, ...results, ...unchecked, ...(await leftoverChecks(context))];
}

/** Reports resources with data that an earlier stack of the same name retained. */
async function leftoverChecks(context: AccountContext): Promise<NamedCheckResult[]> {
  const isNew = ({ status }: DeployedStack) => status === undefined || status.startsWith('REVIEW_') || status.startsWith('ROLLBACK_');
  const stacks = describedStacks(context).filter(isNew);
  const found = await Promise.all(
    stacks.flatMap((stack) => [
      named('names', `Kafka clusters of an earlier stack ${stack.name}`, () => kafkaLeftovers(context, stack.name)),
      named('names', `secrets of an earlier stack ${stack.name}`, () => secretLeftovers(context, stack.name)),
      named('names', `volumes of an earlier stack ${stack.name}`, () => volumeLeftovers(context, stack.name)),
    ]),
  );
  return found.flat();
}

async function kafkaLeftovers({ api, templates }: AccountContext, stack: string): Promise<CheckResult[]> {
  const reported = templates.flatMap(namedResources).map(({ name }) => name);
  const left = (await api.kafkaClusters()).filter(
    ({ Tags, ClusterName = '' }) => Tags?.[STACK_NAME_TAG] === stack && !reported.includes(ClusterName),
  );
  return left.map(({ ClusterName, ClusterArn }) =>
    warning(
      `the MSK cluster ${ClusterName} of an earlier stack ${stack} still runs, and is billed`,
      `if nobody needs its data: aws kafka delete-cluster --cluster-arn ${ClusterArn}`,
    ),
  );
}

async function secretLeftovers({ api }: AccountContext, stack: string): Promise<CheckResult[]> {
  const left = (await api.secretsWithTagValue(stack)).filter(({ Tags }) => Tags?.some(({ Key, Value }) => Key === STACK_NAME_TAG && Value === stack));
  return left.length === 0
    ? []
    : [
        warning(
          `${left.length} secrets of an earlier stack ${stack} are retained, and billed; its databases are useless without them`,
          `if nobody needs its data: aws secretsmanager list-secrets --filters Key=tag-value,Values=${stack}, then delete-secret for each`,
        ),
      ];
}

async function volumeLeftovers({ usage, stacks }: AccountContext, stack: string): Promise<CheckResult[]> {
  const template = stacks.find(({ name }) => name === stack)?.template;
  const tags = Object.values(template?.Resources ?? {})
    .filter(({ Type }) => Type === 'AWS::EC2::Volume')
    .flatMap(({ Properties }) => volumeTag((Properties ?? {}) as Record<string, unknown>) ?? []);
  if (tags.length === 0) {
    return [];
  }
  return (await usage.volumes(VOLUME_TAG, tags)).map(({ VolumeId }) =>
    fail(
      `the volume ${VolumeId} of an earlier stack ${stack} has the tag of a new one: an instance that finds two refuses to choose`,
      `aws ec2 delete-tags --resources ${VolumeId} --tags Key=${VOLUME_TAG} (this keeps the volume)`,
    ),
  );
}
