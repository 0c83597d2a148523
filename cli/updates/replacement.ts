import { CloudFormationTemplate } from '../alb/template';

/** A template, as far as updates depend on it. */
export interface Template extends CloudFormationTemplate {
  readonly Parameters?: Readonly<Record<string, { readonly Type?: string }>>;
}

/** The properties of a resource. */
export type Properties = Readonly<Record<string, unknown>>;

/**
 * The properties whose change makes CloudFormation create another resource, of the types that the rules about updates concern.
 *
 * A path with a dot is a part of a property: MSK's cluster can change the rest of it.
 *
 * Source: createOnlyProperties of the schemas of CloudFormation's registry. A test compares this table with them.
 */
export const CREATE_ONLY: Readonly<Record<string, readonly string[]>> = {
  'AWS::EC2::Instance': ['ImageId', 'SubnetId', 'KeyName', 'PrivateIpAddress', 'AvailabilityZone'],
  'AWS::EC2::Subnet': ['AvailabilityZone', 'CidrBlock', 'Ipv6Native', 'VpcId'],
  'AWS::EC2::VPC': ['CidrBlock'],
  'AWS::ECS::Service': ['Cluster', 'DeploymentController', 'LaunchType', 'Role', 'SchedulingStrategy', 'ServiceName'],
  'AWS::ElasticLoadBalancingV2::Listener': ['LoadBalancerArn'],
  'AWS::ElasticLoadBalancingV2::ListenerRule': ['ListenerArn'],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ['Name', 'Scheme', 'Type'],
  'AWS::ElasticLoadBalancingV2::TargetGroup': ['IpAddressType', 'Name', 'Port', 'Protocol', 'ProtocolVersion', 'TargetType', 'VpcId'],
  'AWS::MSK::Cluster': ['ClusterName', 'BrokerNodeGroupInfo.ClientSubnets', 'BrokerNodeGroupInfo.SecurityGroups', 'EncryptionInfo.EncryptionAtRest'],
  'AWS::MSK::Configuration': ['KafkaVersionsList', 'Name'],
  'AWS::Route53::RecordSet': ['HostedZoneId', 'HostedZoneName', 'Name'],
  'AWS::ServiceDiscovery::PrivateDnsNamespace': ['Name', 'Vpc'],
  'AWS::ServiceDiscovery::Service': ['HealthCheckCustomConfig', 'Name', 'NamespaceId', 'Type'],
};

/** The change of one resource that exists before and after an update. */
export interface Change {
  readonly id: string;
  readonly type: string;
  readonly before: Properties;
  readonly after: Properties;
  /** The properties that differ. */
  readonly properties: readonly string[];
  /** Indicates whether CloudFormation creates another resource and deletes this one. */
  readonly replaced: boolean;
}

/** An update of a stack: two templates, and how their resources differ. */
export class Update {
  private readonly changed: readonly Change[];
  private readonly replaced: ReadonlySet<string>;

  public constructor(
    public readonly before: Template,
    public readonly after: Template,
  ) {
    this.replaced = replacedResources(before, after);
    this.changed = Object.entries(after.Resources).flatMap(([id, resource]) => {
      const old = before.Resources[id];
      return old?.Type === resource.Type ? [changeOf(id, resource.Type, propertiesOf(old), propertiesOf(resource), this.replaced.has(id))] : [];
    });
  }

  /** Returns the resources of a type that exist before and after the update. */
  public changes(type: string): Change[] {
    return this.changed.filter((change) => change.type === type);
  }

  /** Returns whether a resource is new: it did not exist, or it is replaced. */
  public isNew(id: string): boolean {
    return this.before.Resources[id]?.Type !== this.after.Resources[id]?.Type || this.replaced.has(id);
  }
}

/** Returns the value at a path such as `BrokerNodeGroupInfo.InstanceType`. */
export function valueAt(properties: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], properties);
}

/** Returns whether two values of templates are the same. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Returns the logical ids that a value refers to. */
export function referencesOf(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(referencesOf);
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const { 'Ref': ref, 'Fn::GetAtt': attribute } = value as { 'Ref'?: unknown; 'Fn::GetAtt'?: unknown };
  const direct = [ref, Array.isArray(attribute) ? (attribute as unknown[])[0] : attribute].filter((id) => typeof id === 'string');
  return [...direct, ...Object.values(value).flatMap(referencesOf)];
}

function changeOf(id: string, type: string, before: Properties, after: Properties, replaced: boolean): Change {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return { id, type, before, after, replaced, properties: names.filter((name) => !isSame(before[name], after[name])) };
}

/** Returns the replaced resources: those with another create-only property, or with one that refers to a replaced resource. */
function replacedResources(before: Template, after: Template): Set<string> {
  const replaced = new Set<string>();
  let size = -1;
  while (size !== replaced.size) {
    size = replaced.size;
    for (const [id, resource] of Object.entries(after.Resources)) {
      const old = before.Resources[id];
      if (
        old?.Type === resource.Type &&
        (CREATE_ONLY[resource.Type] ?? []).some((path) => isOther(valueAt(old.Properties, path), valueAt(resource.Properties, path), replaced))
      ) {
        replaced.add(id);
      }
    }
  }
  return replaced;
}

function isOther(before: unknown, after: unknown, replaced: ReadonlySet<string>): boolean {
  return !isSame(before, after) || referencesOf(after).some((id) => replaced.has(id));
}

function propertiesOf({ Properties: properties }: { readonly Properties?: unknown }): Properties {
  return (properties ?? {}) as Properties;
}
