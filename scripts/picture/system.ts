import { isProcess } from '../../lib/catalog/posthog-process';
import { containersByTargetGroup, containersOf, servicesOf, taskOf, TemplateTask } from '../../cli/template/template-services';
import { CloudFormationTemplate, listenersOf, logicalId, ofType } from '../../cli/alb/template';
import { bucketsOpenTo } from './buckets';
import { componentOf, storesOf } from './stores';

/** The kind of a thing, which determines its place in the picture. */
export enum Kind {
  /** The load balancer. */
  LOAD_BALANCER = 'ingress',
  /** A process. */
  PROCESS = 'process',
  /** A task that runs once, while the stack is deployed. */
  ONCE = 'once',
  /** A function that runs on a schedule. */
  SCHEDULED = 'scheduled',
  /** A store. */
  STORE = 'store',
}

/** Something that runs, or remembers. */
export interface Thing {
  readonly id: string;
  readonly kind: Kind;
  readonly name: string;
  /** What it is run on; of a store. */
  readonly service?: string;
  /** What is pulled to run it; of a process. Two that are equal are the same program. */
  readonly image?: string;
  /** The ports that somebody is let in at, sorted. */
  readonly ports: readonly number[];
}

/** A way that the template opens: from the one to the other. */
export interface Way {
  readonly from: string;
  readonly to: string;
  /** What is sent along it, where the template says so; of the load balancer. */
  readonly paths?: readonly string[];
}

/** The label for requests that only the default rule matches. */
export const EVERYTHING_ELSE = 'everything else';

/** All that runs, and every way between. */
export interface System {
  readonly things: readonly Thing[];
  readonly ways: readonly Way[];
}

interface Rule {
  readonly GroupId?: unknown;
  readonly SourceSecurityGroupId?: unknown;
  readonly FromPort: number;
}
interface SecurityGroup {
  readonly GroupDescription: string;
  readonly SecurityGroupIngress?: Rule[];
}

type Named = Omit<Thing, 'ports'>;

/** A process, with what the template says of its tasks. */
interface Process {
  readonly thing: Named;
  readonly task: TemplateTask;
  readonly securityGroups: readonly unknown[];
  readonly listens: readonly number[];
}

/** What a synthesised template says about itself: nothing here knows how it was made. */
export function systemOf(template: CloudFormationTemplate): System {
  const groups = new Map(ofType<SecurityGroup>(template, 'AWS::EC2::SecurityGroup'));
  const rules = [
    ...ofType<Rule>(template, 'AWS::EC2::SecurityGroupIngress').map(([, rule]) => rule),
    ...[...groups].flatMap(([id, { SecurityGroupIngress: inline = [] }]) => inline.map((rule) => ({ ...rule, GroupId: { Ref: id } }))),
  ];
  const processes = processesOf(template);
  const owners = ownersOf(template, groups, rules, processes);
  const open = rules.flatMap(({ GroupId, SourceSecurityGroupId, FromPort: port }) => {
    const [callers, members] = [SourceSecurityGroupId, GroupId].map((reference) => owners.get(logicalId(reference) ?? '') ?? []);
    const called = listening(members, processes, port);
    return callers.flatMap((from) => called.filter((to) => to !== from).map((to) => ({ from: from.id, to: to.id, port })));
  });
  const toBuckets = processes.flatMap(({ thing, task }) => bucketsOpenTo(template, task).map((to): Way => ({ from: thing.id, to })));
  // That of backups is no data store of a process.
  const buckets = ofType(template, 'AWS::S3::Bucket')
    .filter(([id]) => toBuckets.some(({ to }) => to === id))
    .map(([id]): Named => ({ id, kind: Kind.STORE, name: 'Objects', service: 'S3' }));
  const things = [...new Set([...processes.map(({ thing }) => thing), ...[...owners.values()].flat(), ...buckets])];
  return {
    things: things.map((thing) => ({
      ...thing,
      ports: [...new Set(open.filter(({ to }) => to === thing.id).map(({ port }) => port))].sort((a, b) => a - b),
    })),
    ways: distinct([...withPaths(template, processes, open), ...toBuckets.filter(({ to }) => buckets.some(({ id }) => id === to))]),
  };
}

/** Whose each security group is, by its logical id: several things can share one, and one can have several. */
function ownersOf(
  template: CloudFormationTemplate,
  groups: ReadonlyMap<string, SecurityGroup>,
  rules: readonly Rule[],
  processes: readonly Process[],
): ReadonlyMap<string, readonly Named[]> {
  const owners = new Map<string, Named[]>();
  const own = (references: readonly unknown[], thing: Named) =>
    references.map((reference) => logicalId(reference)!).forEach((id) => owners.set(id, [...(owners.get(id) ?? []), thing]));
  processes.forEach(({ thing, securityGroups }) => own(securityGroups, thing));
  storesOf(template, groups).forEach(({ securityGroups, ...store }) => own(securityGroups, { ...store, kind: Kind.STORE }));
  ofType<{ SecurityGroups: unknown[] }>(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').forEach(([id, { SecurityGroups }]) =>
    own(SecurityGroups, { id, kind: Kind.LOAD_BALANCER, name: 'load balancer' }),
  );
  ofType<{ VpcConfig?: { SecurityGroupIds: unknown[] } }>(template, 'AWS::Lambda::Function').forEach(([id, { VpcConfig }]) =>
    (VpcConfig?.SecurityGroupIds ?? []).forEach((group) => {
      const { GroupDescription } = groups.get(logicalId(group) ?? '') ?? {};
      own([group], { id, kind: Kind.SCHEDULED, name: GroupDescription === undefined ? id : componentOf(GroupDescription) });
    }),
  );
  for (const { SourceSecurityGroupId: source } of rules) {
    const id = logicalId(source);
    // Other allowed sources run temporarily only.
    if (id !== undefined && !owners.has(id)) {
      owners.set(id, [{ id, kind: Kind.ONCE, name: componentOf(groups.get(id)!.GroupDescription) }]);
    }
  }
  return owners;
}

/** Returns the targets of a port of a security group: those that listen on it, or else all members of the group. */
function listening(members: readonly Named[], processes: readonly Process[], port: number): readonly Named[] {
  const found = processes.filter(({ thing, listens }) => members.includes(thing) && listens.includes(port)).map(({ thing }) => thing);
  return found.length > 0 ? found : members;
}

function processesOf(template: CloudFormationTemplate): Process[] {
  const targetGroups = new Map(ofType<{ HealthCheckPort?: string }>(template, 'AWS::ElasticLoadBalancingV2::TargetGroup'));
  return servicesOf(template).map(([id, service]) => {
    const task = taskOf(template, service)!;
    const containers = containersOf(task);
    const container = containers.find(({ Name }) => isProcess(Name)) ?? containers[0];
    const thing: Named = { id, kind: Kind.PROCESS, name: container.Name, image: JSON.stringify(container.Image) };
    const mapped = containers.flatMap(({ PortMappings = [] }) => PortMappings.map(({ ContainerPort }) => ContainerPort));
    // The port of traffic, where the target group names none.
    const checked = (service.LoadBalancers ?? []).map(({ TargetGroupArn }) =>
      Number(targetGroups.get(logicalId(TargetGroupArn) ?? '')?.HealthCheckPort),
    );
    return {
      thing,
      task,
      securityGroups: service.NetworkConfiguration?.AwsvpcConfiguration?.SecurityGroups ?? [],
      listens: [...mapped, ...checked.filter(Number.isInteger)],
    };
  });
}

/** Returns the connections. Those of the load balancer are the ones of its rules only, with their paths; each must be allowed. */
function withPaths(template: CloudFormationTemplate, processes: readonly Process[], ways: readonly Way[]): Way[] {
  const names = containersByTargetGroup(template);
  const rules = listenersOf(template)
    .flatMap((listener) => listener.rules)
    .flatMap((rule) => rule.actions.flatMap(({ targetGroup }) => (targetGroup ? [{ rule, targetGroup }] : [])));
  const sent = new Map<string, string[]>();
  for (const { rule, targetGroup } of [...rules].sort((a, b) => (a.rule.priority ?? Infinity) - (b.rule.priority ?? Infinity))) {
    const { id } = processes.find(({ thing }) => thing.name === names[targetGroup])!.thing;
    const patterns = rule.conditions
      .filter(({ field }) => field === 'path-pattern')
      .flatMap(({ values = [], regexValues = [] }) => [...values, ...regexValues]);
    sent.set(id, [...(sent.get(id) ?? []), ...(patterns.length > 0 ? patterns.map(readable) : [EVERYTHING_ELSE])]);
  }
  const ingresses = new Set(ofType(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').map(([id]) => id));
  const closed = [...sent.keys()].filter((id) => !ways.some(({ from, to }) => ingresses.has(from) && to === id));
  if (closed.length > 0) {
    throw new Error(`the load balancer sends requests where no security group lets it in: ${closed.join(', ')}`);
  }
  return ways
    .filter(({ from, to }) => !ingresses.has(from) || sent.has(to))
    .map(({ from, to }) => (ingresses.has(from) ? { from, to, paths: [...new Set(sent.get(to))] } : { from, to }));
}

/** A path without what is open at its end; of a regular expression, what it begins with. */
function readable(pattern: string): string {
  return pattern.startsWith('^') ? /^\^((?:\/[A-Za-z0-9_]+)*)/.exec(pattern)![1] : pattern.replace(/\/\*?$/, '');
}

function distinct(ways: readonly Way[]): Way[] {
  return [...new Map(ways.map((way) => [JSON.stringify([way.from, way.to]), way])).values()];
}
