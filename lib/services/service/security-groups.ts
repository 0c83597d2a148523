import { Token } from 'aws-cdk-lib/core';
import { IConnectable, IPeer, IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { StoreName } from '../../catalog/process-context';
import { ProcessDefinition } from '../../catalog/process-definition';
import { PROCESSES } from '../../catalog/processes';
import { locationOf, parseImageReference } from '../../private/image-reference';
import { asClients, InlineSecurityGroup } from '../../private/security-group';
import { Stores } from '../../stores/posthog-stores';

/**
 * The ports that every task connects to. With a network interface of its own, a task on Fargate gets its image and its secrets itself and writes its
 * logs, all by HTTPS. The VPC's own resolver is not filtered by security groups, but the VPC may have other ones.
 */
const ALWAYS: readonly (readonly [port: Port, purpose: string])[] = [
  [Port.tcp(443), 'HTTPS: images, secrets, logs and APIs'],
  [Port.udp(53), 'DNS'],
  [Port.tcp(53), 'DNS'],
];

/**
 * The security group of tasks that call out to no destination of users: it allows connections to the ports of what they use only.
 *
 * The rules name no group. Two groups that name each other need a resource for each rule, of the 500 that a stack can have; the groups of data
 * stores and processes name those of their callers.
 */
class TaskSecurityGroup extends InlineSecurityGroup {
  public constructor(scope: Construct, id: string, props: { readonly vpc: IVpc; readonly description: string }) {
    super(scope, id, { ...props, allowAllOutbound: false });
    ALWAYS.forEach(([port, purpose]) => this.addEgressRule(Peer.anyIpv4(), port, purpose));
  }

  public override addEgressRule(peer: IPeer, connection: Port, description?: string, remoteRule?: boolean): void {
    if (peer instanceof InlineSecurityGroup) {
      super.addEgressRule(Peer.anyIpv4(), connection, 'to PostHog services');
    } else {
      super.addEgressRule(peer, connection, description, remoteRule);
    }
  }
}

/** Returns the name of the security group of a process: its own, or one that it shares. */
function groupName({ id, sharedGroup }: Pick<ProcessDefinition, 'id' | 'sharedGroup'>): string {
  return sharedGroup ?? id;
}

/** Returns whether a process of a security group calls out to destinations of users. */
function isOpen(name: string): boolean {
  return PROCESSES.some((definition) => groupName(definition) === name && definition.callsOut !== undefined);
}

/** The security groups of processes: one for each, or one for several that call the same processes. */
export class ServiceGroups extends Construct {
  private readonly groups = new Map<string, InlineSecurityGroup>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly vpc: IVpc,
  ) {
    super(scope, id);
  }

  /** Returns the security group of a process, which gets its image from its registry. */
  public of(definition: ProcessDefinition, image: string): InlineSecurityGroup {
    const name = groupName(definition);
    const group = this.groups.get(name) ?? this.define(name, definition);
    this.groups.set(name, group);
    const port = registryPort(image);
    if (port !== undefined && !isOpen(name)) {
      group.addEgressRule(Peer.anyIpv4(), Port.tcp(port), 'registry of images');
    }
    return group;
  }

  private define(name: string, { process, sharedGroup }: ProcessDefinition): InlineSecurityGroup {
    const component = sharedGroup ? kebabCase(sharedGroup) : process;
    const props = { vpc: this.vpc, description: `PostHog ${component}: tasks` };
    return isOpen(name) ? new InlineSecurityGroup(this, name, props) : new TaskSecurityGroup(this, name, props);
  }
}

/** Returns the port of the registry of an image; undefined for the port of HTTPS. */
function registryPort(image: string): number | undefined {
  const name = Token.isUnresolved(image) ? undefined : parseImageReference(image)?.name;
  const port = name === undefined ? undefined : /:(\d+)$/.exec(locationOf(name).registry)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** Returns a construct id spelled as the names of processes are: `data-pipelines` for `DataPipelines`. */
function kebabCase(id: string): string {
  return id.replace(/\B[A-Z]/g, '-$&').toLowerCase();
}

/** The data stores that are reached through security groups. */
const REACHED = ['postgres', 'cache', 'kafka', 'clickHouse'] as const;

type Reached = (typeof REACHED)[number];

/** The names of the data stores in descriptions. */
const NAMES: Readonly<Record<Reached, string>> = { postgres: 'Postgres', cache: 'cache', kafka: 'Kafka', clickHouse: 'ClickHouse' };

/**
 * A client security group for each data store, which allows connections from nothing else.
 *
 * A rule for each process and data store would make a hundred of them. A network interface has at most five groups unless AWS has raised the quota:
 * these four and that of the process.
 */
export class StoreClients extends Construct {
  private readonly groups: Readonly<Record<Reached, SecurityGroup>>;

  public constructor(scope: Construct, id: string, { vpc, stores }: { readonly vpc: IVpc; readonly stores: Stores }) {
    super(scope, id);
    const group = (name: Reached) => {
      const { connections, clientPorts } = stores[name];
      // The connection URL of an existing store may name another port, and brokers of Kafka announce their own.
      const allowAllOutbound = !connections.securityGroups.some((other) => other instanceof InlineSecurityGroup);
      const clients = asClients(
        new SecurityGroup(this, `${name[0].toUpperCase()}${name.slice(1)}`, {
          vpc,
          description: `PostHog ${NAMES[name]}: clients`,
          allowAllOutbound,
        }),
      );
      if (!allowAllOutbound) {
        // By port: the group of the store names this one, and two groups cannot name each other.
        clientPorts.forEach((port) => clients.addEgressRule(Peer.anyIpv4(), Port.tcp(port), `to PostHog ${NAMES[name]}`));
      }
      admit(stores[name], clients, 'from PostHog services');
      return clients;
    };
    this.groups = { postgres: group('postgres'), cache: group('cache'), kafka: group('kafka'), clickHouse: group('clickHouse') };
  }

  /** Returns the client security groups of data stores. */
  public of(stores: readonly StoreName[]): SecurityGroup[] {
    return REACHED.filter((name) => stores.includes(name)).map((name) => this.groups[name]);
  }
}

/**
 * Allows connections from a client to a data store.
 *
 * The rules are defined in the client's stack ("remote"). Otherwise, a data store in another stack would depend on this one.
 */
export function admit(
  { connections, clientPorts }: Pick<Stores[Reached], 'connections' | 'clientPorts'>,
  client: IConnectable,
  description: string,
): void {
  for (const securityGroup of connections.securityGroups) {
    for (const peer of client.connections.securityGroups) {
      clientPorts.forEach((port) => securityGroup.addIngressRule(peer, Port.tcp(port), description, true));
    }
  }
}
