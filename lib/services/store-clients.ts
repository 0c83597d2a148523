import { IConnectable, IVpc, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { Stores } from './process-definition';

/** The stores that are reached through security groups. */
const REACHED = ['postgres', 'cache', 'kafka', 'clickHouse'] as const;

type Reached = typeof REACHED[number];

/** What each group is called. */
const NAMES: Readonly<Record<Reached, string>> = { postgres: 'PostgreSQL', cache: 'cache', kafka: 'Kafka', clickHouse: 'ClickHouse' };

/**
 * A security group for each store, which the store admits: whatever has it may come in, and nothing else.
 *
 * A rule for each process and store would be a hundred of them. A network interface has five groups at most unless AWS has raised the quota:
 * these four, and that of the process.
 */
export class StoreClients extends Construct {
  private readonly groups: Readonly<Record<Reached, SecurityGroup>>;

  public constructor(scope: Construct, id: string, { vpc, stores }: { readonly vpc: IVpc; readonly stores: Stores }) {
    super(scope, id);
    const group = (name: Reached) => {
      const clients = new SecurityGroup(this, `${name[0].toUpperCase()}${name.slice(1)}`, { vpc, description: `May enter the ${NAMES[name]} of PostHog` });
      admit(stores[name], clients, 'from PostHog');
      return clients;
    };
    this.groups = { postgres: group('postgres'), cache: group('cache'), kafka: group('kafka'), clickHouse: group('clickHouse') };
  }

  /** The groups of these stores. */
  public of(stores: readonly (keyof Stores)[]): SecurityGroup[] {
    return REACHED.filter((name) => stores.includes(name)).map((name) => this.groups[name]);
  }
}

/**
 * Lets somebody into a store.
 *
 * The rules are defined beside whom they let in ("remote"): beside the store, a store in another stack would depend on this one.
 */
export function admit({ connections, clientPorts }: Stores[Reached], visitor: IConnectable, description: string): void {
  for (const securityGroup of connections.securityGroups) {
    for (const peer of visitor.connections.securityGroups) {
      clientPorts.forEach((port) => securityGroup.addIngressRule(peer, Port.tcp(port), description, true));
    }
  }
}
