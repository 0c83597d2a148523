import { IConnectable, IVpc, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { StoreName } from '../../catalog/process-context';
import { ProcessDefinition } from '../../catalog/process-definition';
import { asClients, InlineSecurityGroup } from '../../private/security-group';
import { Stores } from '../../stores/posthog-stores';

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

  /** Returns the security group of a process. */
  public of({ id, process, sharedGroup }: ProcessDefinition): InlineSecurityGroup {
    const name = sharedGroup ?? id;
    const component = sharedGroup ? kebabCase(sharedGroup) : process;
    const group = this.groups.get(name) ?? new InlineSecurityGroup(this, name, { vpc: this.vpc, description: `PostHog ${component}: tasks` });
    this.groups.set(name, group);
    return group;
  }
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
      const clients = asClients(
        new SecurityGroup(this, `${name[0].toUpperCase()}${name.slice(1)}`, { vpc, description: `PostHog ${NAMES[name]}: clients` }),
      );
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
export function admit({ connections, clientPorts }: Stores[Reached], client: IConnectable, description: string): void {
  for (const securityGroup of connections.securityGroups) {
    for (const peer of client.connections.securityGroups) {
      clientPorts.forEach((port) => securityGroup.addIngressRule(peer, Port.tcp(port), description, true));
    }
  }
}
