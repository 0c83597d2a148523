import { fullDiff, ResourceDifference, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import { Resource } from '../helpers/template';

/** A template, as far as it is compared. */
export interface ComparedTemplate {
  readonly Resources: Record<string, Resource>;
}

/** What a change of a template does to something that holds data. */
export interface DangerFound {
  readonly id: string;
  /** The type, and what happens: replaced, removed, refused (the deployment fails and nothing is lost), or generated again (a secret's value). */
  readonly what: string;
  /** What becomes of the data that was there, as the template says. */
  readonly policy?: string;
}

/** What holds data. */
export const HOLDING_TYPES = [
  'AWS::EC2::Volume',
  'AWS::ElastiCache::ReplicationGroup',
  'AWS::MSK::Cluster',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
];

/**
 * Parts of properties that a resource gets when it is made and never again. The comparison knows whole properties only and takes these for
 * harmless (createOnlyProperties in CloudFormation's schema of AWS::MSK::Cluster).
 */
const CREATE_ONLY: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'AWS::MSK::Cluster': {
    BrokerNodeGroupInfo: ['BrokerAZDistribution', 'ClientSubnets', 'SecurityGroups'],
    EncryptionInfo: ['EncryptionAtRest'],
  },
};

/**
 * "Updates are not supported": the deployment fails.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-volume.html
 */
const NEVER_UPDATED: Readonly<Record<string, readonly string[]>> = {
  'AWS::EC2::Volume': ['AvailabilityZone', 'Encrypted', 'KmsKeyId', 'SnapshotId'],
};

/** CloudFormation makes a new value when one of these changes. */
const GENERATED_AGAIN: Readonly<Record<string, readonly string[]>> = { 'AWS::SecretsManager::Secret': ['GenerateSecretString'] };

/**
 * Where the schema of RDS says that a change may replace the server (conditionalCreateOnlyProperties), and its documentation tells of a
 * restart at most for PostgreSQL.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html
 */
const RESTARTED_ONLY: Readonly<Record<string, readonly string[]>> = {
  'AWS::RDS::DBInstance': ['BackupRetentionPeriod', 'DBParameterGroupName', 'MultiAZ', 'PreferredMaintenanceWindow'],
};

/** Whether a resource holds data. The servers of an Aurora cluster hold none; the cluster does. */
export function holdsData({ Type, Properties }: Resource): boolean {
  return HOLDING_TYPES.includes(Type) && Properties?.DBClusterIdentifier === undefined;
}

/** What happens to data when a deployment goes from the one template to the other. */
export function dangers(before: ComparedTemplate, after: ComparedTemplate): DangerFound[] {
  const { changes } = fullDiff(before, after).resources;
  const replaced = Object.keys(changes).filter((id) => changes[id].changeImpact === ResourceImpact.WILL_REPLACE);
  const stranded = Object.entries(before.Resources)
    .filter(([id, resource]) => holdsData(resource) && standsOn(after.Resources[id], replaced))
    .map(([id, { Type, UpdateReplacePolicy }]) => ({ id, what: `${Type} replaced`, policy: UpdateReplacePolicy }));
  return [
    ...stranded,
    ...Object.entries(changes).flatMap(([id, change]) => {
      const resource = before.Resources[id];
      if (change.isAddition || !holdsData(resource)) {
        return [];
      }
      const { Type, DeletionPolicy, UpdateReplacePolicy } = resource;
      if (change.isRemoval) {
        return [{ id, what: `${Type} removed`, policy: DeletionPolicy }];
      }
      if (isReplaced(Type, change)) {
        return [{ id, what: `${Type} replaced`, policy: UpdateReplacePolicy }];
      }
      const changed = Object.keys(change.propertyUpdates);
      const has = (known: Readonly<Record<string, readonly string[]>>) => changed.some((name) => known[Type]?.includes(name));
      return [
        ...(has(NEVER_UPDATED) ? [{ id, what: `${Type} refused` }] : []),
        ...(has(GENERATED_AGAIN) ? [{ id, what: `${Type} generated again` }] : []),
      ];
    }),
  ];
}

/** Whether a part that is never changed names one of these resources, whose id will be another one: the comparison follows whole properties only. */
function standsOn(resource: Resource | undefined, replaced: readonly string[]): boolean {
  const parts = Object.entries(CREATE_ONLY[resource?.Type ?? ''] ?? {}).map(([name, names]) =>
    names.map((part) => (resource?.Properties[name] as Parts)?.[part]),
  );
  return replaced.some((id) => JSON.stringify(parts).includes(`"${id}"`));
}

function isReplaced(type: string, change: ResourceDifference): boolean {
  return (
    change.resourceTypeChanged ||
    Object.entries(change.propertyUpdates).some(([name, { changeImpact, oldValue, newValue }]) => {
      const parts = CREATE_ONLY[type]?.[name] ?? [];
      const partChanged = parts.some((part) => JSON.stringify((oldValue as Parts)?.[part]) !== JSON.stringify((newValue as Parts)?.[part]));
      return (
        partChanged ||
        changeImpact === ResourceImpact.WILL_REPLACE ||
        (changeImpact === ResourceImpact.MAY_REPLACE && !RESTARTED_ONLY[type]?.includes(name))
      );
    })
  );
}

type Parts = Readonly<Record<string, unknown>> | undefined;
