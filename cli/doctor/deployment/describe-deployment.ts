import {
  LoadBalancer as ElbLoadBalancer,
  Listener as ElbListener,
  Rule,
  TargetGroup as ElbTargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { describeHosts } from './describe-hosts';
import { describeServices } from './describe-services';
import { describeVolumes } from './describe-volumes';
import { Aws } from './aws';
import { needed, orUnavailable, short } from '../../aws/aws-error';
import { Alarm, Certificate, CertificateDetails, Deployment, Listener, Service, Subnet, TargetGroup, TargetHealth } from './deployment';
import { Loaded, isUnavailable } from '../../aws/loaded';
import { findLoadBalancer, Found, Named } from './find-load-balancer';
import { ListenerRule } from '../../alb/evaluate';
import { ActionShape, RuleAction, ruleOf } from '../../alb/listener-rule';

const arnOf = (reference: unknown) => (typeof reference === 'string' ? reference : undefined);

/**
 * Describes a load balancer and everything behind it.
 *
 * Independent requests run in parallel.
 */
export async function describeDeployment(aws: Aws, named: Named): Promise<Deployment> {
  const found = await findLoadBalancer(aws, named);
  const arn = found.loadBalancer.LoadBalancerArn!;
  const groups = orUnavailable(aws.targetGroups(arn));
  const groupArns = groups.then((answer) => (isUnavailable(answer) ? answer : answer.map(({ TargetGroupArn }) => TargetGroupArn!)));
  const [attributes, listeners, subnets, targetGroups, services, alarms, volumes] = await Promise.all([
    orUnavailable(aws.loadBalancerAttributes(arn)),
    describeListeners(aws, found),
    orUnavailable(describeSubnets(aws, subnetIdsOf(found.loadBalancer))),
    groups.then(async (answer) => (isUnavailable(answer) ? answer : Promise.all(answer.map((group) => describeTargetGroup(aws, group))))),
    groupArns.then((answer) => describeServices(aws, found.services, answer)),
    found.alarms && orUnavailable(describeAlarms(aws, found.alarms)),
    describeVolumes(aws),
  ]);
  return {
    region: aws.region,
    stack: found.stack,
    loadBalancer: {
      arn,
      name: found.loadBalancer.LoadBalancerName ?? arn,
      dnsName: found.loadBalancer.DNSName ?? '',
      state: found.loadBalancer.State?.Code ?? 'unknown',
    },
    attributes,
    listeners,
    targetGroups,
    subnets,
    otherSubnets: await describeOtherSubnets(aws, services, targetGroups),
    services,
    certificates: await describeCertificates(aws, listeners),
    alarms,
    volumes,
    hosts: await describeHosts(aws, services),
  };
}

function subnetIdsOf({ AvailabilityZones: zones = [] }: ElbLoadBalancer): string[] {
  return zones.flatMap(({ SubnetId }) => (SubnetId ? [SubnetId] : []));
}

/** Describes the listeners. For a stack that only adds rules, these are the listener of the rules and the one for plain HTTP. */
async function describeListeners(aws: Aws, { loadBalancer, listener }: Found): Promise<Listener[]> {
  const all = await needed(aws.listeners(loadBalancer.LoadBalancerArn!));
  const wanted = all.filter(({ ListenerArn, Protocol }) => listener === undefined || ListenerArn === listener || Protocol === 'HTTP');
  return Promise.all(wanted.map((one) => describeListener(aws, one)));
}

async function describeListener(
  aws: Aws,
  { ListenerArn: arn = '', Port = 0, Protocol, SslPolicy, Certificates = [] }: ElbListener,
): Promise<Listener> {
  const terminatesTls = Protocol === 'HTTPS';
  const [rules, attributes, more] = await Promise.all([
    needed(aws.rules(arn)),
    orUnavailable(aws.listenerAttributes(arn)),
    terminatesTls ? orUnavailable(aws.listenerCertificates(arn)) : [],
  ]);
  const first = Certificates.flatMap(({ CertificateArn }) => CertificateArn ?? []);
  const certificates = isUnavailable(more) ? more : [...new Set([...first, ...more.flatMap(({ CertificateArn }) => CertificateArn ?? [])])];
  return {
    arn,
    port: Port,
    protocol: Protocol ?? '',
    tlsPolicy: terminatesTls ? SslPolicy : undefined,
    attributes,
    rules: rules.map(liveRule),
    certificates,
  };
}

function liveRule(rule: Rule): ListenerRule<RuleAction> {
  const actions = (rule.Actions ?? []).map((action): ActionShape => ({
    ...action,
    ForwardConfig: action.ForwardConfig && { TargetGroups: byWeight(action.ForwardConfig.TargetGroups) },
  }));
  return ruleOf({ ...rule, Actions: actions }, rule.IsDefault ? undefined : rule.RuleArn, arnOf);
}

/** Sorts by weight: of several target groups of a rule, only the one with most requests is checked. */
function byWeight(groups: readonly { readonly TargetGroupArn?: string; readonly Weight?: number }[] = []) {
  return [...groups].sort((a, b) => (b.Weight ?? 1) - (a.Weight ?? 1));
}

async function describeTargetGroup(aws: Aws, group: ElbTargetGroup): Promise<TargetGroup> {
  const { TargetGroupArn: arn = '', TargetGroupName: name = '', HealthCheckProtocol = '', HealthCheckPath = '', Matcher } = group;
  const answer = await orUnavailable(aws.targetHealth(arn));
  const expected = Matcher?.HttpCode ? ` to answer ${Matcher.HttpCode}` : '';
  return {
    arn,
    name,
    healthCheck: `${HealthCheckProtocol} ${HealthCheckPath}${expected}`.trim(),
    targets: isUnavailable(answer)
      ? answer
      : answer.map(({ Target, TargetHealth: health }): TargetHealth => ({
          target: `${Target?.Id}:${Target?.Port}`,
          state: health?.State ?? 'unknown',
          reason: health?.Reason,
          description: health?.Description,
        })),
  };
}

async function describeAlarms(aws: Aws, names: readonly string[]): Promise<Alarm[]> {
  const alarms = await aws.alarms(names);
  return alarms.map(({ AlarmName: name = '', StateValue: state = 'unknown', StateReason, ActionsEnabled, AlarmActions = [] }) => ({
    name,
    state,
    reason: StateReason && short(StateReason),
    hasActions: (ActionsEnabled ?? true) && AlarmActions.length > 0,
  }));
}

async function describeSubnets(aws: Aws, ids: readonly string[]): Promise<Subnet[]> {
  const subnets = await aws.subnets(ids);
  return subnets.map(({ SubnetId = '', CidrBlock }) => ({ id: SubnetId, cidr: CidrBlock || undefined }));
}

/** Describes the subnets of the other load balancers in front of the services: the app can have one of its own. */
async function describeOtherSubnets(
  aws: Aws,
  services: Loaded<readonly Service[]>,
  groups: Loaded<readonly TargetGroup[]>,
): Promise<Loaded<Subnet[]> | undefined> {
  if (isUnavailable(services) || isUnavailable(groups)) {
    return undefined;
  }
  const known = groups.map(({ arn }) => arn);
  const others = [...new Set(services.flatMap(({ targets }) => targets.map(({ targetGroup }) => targetGroup)))].filter((arn) => !known.includes(arn));
  if (others.length === 0) {
    return undefined;
  }
  return orUnavailable(
    aws.targetGroups(others).then(async (found) => {
      const arns = [...new Set(found.flatMap(({ LoadBalancerArns = [] }) => LoadBalancerArns))];
      const balancers = arns.length === 0 ? [] : await aws.loadBalancers({ LoadBalancerArns: arns });
      const ids = balancers.flatMap(subnetIdsOf);
      return ids.length === 0 ? [] : describeSubnets(aws, ids);
    }),
  );
}

async function describeCertificates(aws: Aws, listeners: readonly Listener[]): Promise<Certificate[]> {
  const arns = [...new Set(listeners.flatMap(({ certificates }) => (isUnavailable(certificates) ? [] : certificates)))];
  return Promise.all(arns.map(async (arn) => ({ arn, details: await describeCertificate(aws, arn) })));
}

async function describeCertificate(aws: Aws, arn: string): Promise<Loaded<CertificateDetails>> {
  if (!arn.includes(':acm:')) {
    return { unavailable: 'it is not a certificate of ACM' };
  }
  const answer = await orUnavailable(aws.certificate(arn));
  return isUnavailable(answer)
    ? answer
    : {
        status: answer.Status ?? 'unknown',
        names: [...new Set([...(answer.DomainName ? [answer.DomainName] : []), ...(answer.SubjectAlternativeNames ?? [])])],
        notAfter: answer.NotAfter,
        renewable: answer.RenewalEligibility === 'ELIGIBLE',
        renewal: answer.RenewalSummary?.RenewalStatus,
      };
}
