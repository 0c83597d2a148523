import { CloudFormationTemplate, logicalId, ofType } from '../../cli/alb/template';

/** A data store behind security groups. */
export interface StoreFound {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  readonly securityGroups: readonly unknown[];
}

/** What stores are made of, and where each type says which security groups guard it. */
const TYPES: readonly { readonly type: string; readonly service: string; readonly securityGroups: (properties: Properties) => readonly unknown[] }[] =
  [
    { type: 'AWS::RDS::DBInstance', service: 'RDS', securityGroups: ({ VPCSecurityGroups }) => VPCSecurityGroups ?? [] },
    { type: 'AWS::RDS::DBCluster', service: 'Aurora', securityGroups: ({ VpcSecurityGroupIds }) => VpcSecurityGroupIds ?? [] },
    { type: 'AWS::ElastiCache::ReplicationGroup', service: 'ElastiCache', securityGroups: ({ SecurityGroupIds }) => SecurityGroupIds ?? [] },
    { type: 'AWS::MSK::Cluster', service: 'MSK', securityGroups: ({ BrokerNodeGroupInfo }) => BrokerNodeGroupInfo?.SecurityGroups ?? [] },
    {
      type: 'AWS::EC2::LaunchTemplate',
      service: 'EC2',
      securityGroups: ({ LaunchTemplateData }) =>
        LaunchTemplateData?.NetworkInterfaces?.flatMap(({ Groups = [] }) => Groups) ?? LaunchTemplateData?.SecurityGroupIds ?? [],
    },
  ];

interface Properties {
  readonly VPCSecurityGroups?: unknown[];
  readonly VpcSecurityGroupIds?: unknown[];
  readonly SecurityGroupIds?: unknown[];
  readonly BrokerNodeGroupInfo?: { readonly SecurityGroups?: unknown[] };
  readonly LaunchTemplateData?: { readonly NetworkInterfaces?: { readonly Groups?: unknown[] }[]; readonly SecurityGroupIds?: unknown[] };
}

/** The labels of stores that the picture does not call by the component in the description of their security group. */
const NAMES: Readonly<Record<string, string>> = { 'PostHog Postgres: database': 'PostgreSQL', 'PostHog cache: nodes': 'Cache' };

/** The component that a description of the form `PostHog <component>: <purpose>` names. */
export function componentOf(description: string): string {
  return description.replace(/^PostHog (.*): .*$/, '$1');
}

/** The stores of a template, by the descriptions of their security groups: several servers with one group are one store. */
export function storesOf(template: CloudFormationTemplate, groups: ReadonlyMap<string, { readonly GroupDescription: string }>): StoreFound[] {
  const found = new Map<string, StoreFound>();
  for (const { type, service, securityGroups } of TYPES) {
    for (const [id, properties] of ofType<Properties>(template, type)) {
      const references = securityGroups(properties);
      const group = groups.get(logicalId(references[0]) ?? '');
      if (group && !found.has(group.GroupDescription)) {
        found.set(group.GroupDescription, {
          id,
          name: NAMES[group.GroupDescription] ?? componentOf(group.GroupDescription),
          service,
          securityGroups: references,
        });
      }
    }
  }
  return [...found.values()];
}
