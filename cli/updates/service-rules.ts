import { isSame, Properties, referencesOf, Template, Update } from './replacement';
import { about, emptyNotAbsent, lengthOf, RefusedChange, UpdateRule } from './rule';
import { logicalId, ofType } from '../alb/template';
import { ASSOCIATION_TYPE } from '../../lib/internal';

const SERVICE = 'AWS::ECS::Service';
const ASSOCIATIONS = 'AWS::ECS::ClusterCapacityProviderAssociations';

/** The use of a capacity provider by a service, and what associates it with its cluster. */
interface ProviderUse {
  readonly service: string;
  readonly provider: unknown;
  readonly cluster: string;
}

/** The association of a cluster with capacity providers. */
interface Association {
  readonly id: string;
  readonly cluster: string | undefined;
  readonly providers: readonly unknown[];
  /** Indicates whether it is the list of all providers, which is updated before the services. Others are deleted after them. */
  readonly isList: boolean;
}

/** Returns the associations of a template. A provider of Managed Instances belongs to its cluster itself. */
function associationsOf(template: Template): Association[] {
  const lists = ofType<Properties>(template, ASSOCIATIONS).map(([id, { Cluster, CapacityProviders }]) => {
    return { id, cluster: logicalId(Cluster), providers: listOf(CapacityProviders), isList: true };
  });
  const single = ofType<Properties>(template, ASSOCIATION_TYPE).map(([id, { Cluster, CapacityProvider }]) => {
    return { id, cluster: logicalId(Cluster), providers: [CapacityProvider], isList: false };
  });
  const managed = ofType<Properties>(template, 'AWS::ECS::CapacityProvider').map(([id, { ClusterName }]) => {
    return { id, cluster: logicalId(ClusterName), providers: [{ Ref: id }], isList: false };
  });
  return [...lists, ...single, ...managed];
}

/** Returns the associations of a cluster with a provider. */
function associationsWith(template: Template, cluster: string, provider: unknown): Association[] {
  return associationsOf(template).filter((one) => one.cluster === cluster && one.providers.some((other) => isSame(other, provider)));
}

/** Returns which services use which capacity providers, of clusters that the template creates. */
function providerUses(template: Template): ProviderUse[] {
  return ofType<Properties>(template, SERVICE).flatMap(([service, { Cluster, CapacityProviderStrategy }]) => {
    const cluster = logicalId(Cluster);
    if (cluster === undefined || !(cluster in template.Resources)) {
      return [];
    }
    const strategy = listOf(CapacityProviderStrategy) as { readonly CapacityProvider?: unknown }[];
    return strategy.map(({ CapacityProvider: provider }) => ({ service, provider, cluster }));
  });
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** Returns whether CloudFormation creates or updates a resource after another one. */
function dependsOn(template: Template, id: string, other: string): boolean {
  const reached = new Set([id]);
  for (const one of reached) {
    const { Properties: properties, DependsOn } = template.Resources[one] as { readonly Properties?: unknown; readonly DependsOn?: unknown };
    [...referencesOf(properties), ...[DependsOn].flat()].forEach((next) => {
      if (typeof next === 'string' && next in template.Resources) {
        reached.add(next);
      }
    });
  }
  return reached.has(other);
}

function refused(id: string, message: string): Omit<RefusedChange, 'fix'> {
  return { id, type: SERVICE, message };
}

/** Returns the services that use a provider which their cluster gets in this update, without a dependency on it. */
function usedEarly({ before, after }: Update): Omit<RefusedChange, 'fix'>[] {
  return providerUses(after).flatMap(({ service, provider, cluster }) => {
    const associations = associationsWith(after, cluster, provider);
    const added = associations.length > 0 && associationsWith(before, cluster, provider).length === 0;
    return added && !associations.some(({ id }) => dependsOn(after, service, id))
      ? [refused(service, `the service may use the capacity provider ${JSON.stringify(provider)} before its cluster has it`)]
      : [];
  });
}

/** Returns the services whose provider leaves the list of their cluster while they still use it: the list is updated before them. */
function takenAway({ before, after }: Update): Omit<RefusedChange, 'fix'>[] {
  return providerUses(before)
    .filter(
      ({ cluster, provider }) =>
        associationsWith(before, cluster, provider).some(({ id, isList }) => isList && id in after.Resources) &&
        associationsWith(after, cluster, provider).length === 0,
    )
    .map(({ service, provider }) => refused(service, `ECS keeps the capacity provider ${JSON.stringify(provider)} while the service uses it`));
}

/** The changes of ECS services and of their registrations that AWS does not accept in one update. */
export const SERVICE_RULES: readonly UpdateRule[] = [
  emptyNotAbsent(
    'ServiceRegistries',
    'ECS keeps the Cloud Map registration of the service, so Cloud Map refuses to delete its side',
    'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html: "You can remove existing serviceRegistries by passing an empty list"',
  ),
  emptyNotAbsent(
    'LoadBalancers',
    'ECS keeps the target group of the service, and refuses the next update once the target group is gone',
    'https://github.com/aws/aws-cdk/issues/35446',
  ),
  emptyNotAbsent(
    'PlacementStrategies',
    'ECS keeps the placement strategies of the service, and refuses Fargate with them; set `capacity` to PostHogCapacity.fargate() instead of leaving it out',
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html: "To remove this property from your service resource, specify an empty PlacementStrategy array"',
  ),
  about({
    type: SERVICE,
    source: 'https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2214',
    fix: 'leave the name to CloudFormation',
    check: ({ before, after, replaced }) =>
      replaced && before.ServiceName !== undefined && isSame(before.ServiceName, after.ServiceName) && isSame(before.Cluster, after.Cluster)
        ? 'the new service cannot have the name of the old one, which runs until the new one has started'
        : undefined,
  }),
  about({
    type: SERVICE,
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html: ' +
      '"No launch type to fall back to for empty capacity provider strategy. Your service was not created with a launch type"',
    fix: 'name another capacity provider',
    check: ({ before, after, replaced }) =>
      !replaced && lengthOf(before.CapacityProviderStrategy) > 0 && lengthOf(after.CapacityProviderStrategy) === 0
        ? 'a service with capacity providers has no launch type to return to'
        : undefined,
  }),
  {
    source: 'https://github.com/dask/dask-cloudprovider/issues/328: "cannot contain a capacity provider that is not associated with the cluster"',
    fix: 'associate the cluster with the capacity provider',
    check: ({ after }) =>
      providerUses(after)
        .filter(({ cluster, provider }) => associationsWith(after, cluster, provider).length === 0)
        .map(({ service, provider }) =>
          refused(service, `the cluster of the service does not have the capacity provider ${JSON.stringify(provider)}`),
        ),
  },
  {
    source: 'https://github.com/dask/dask-cloudprovider/issues/328',
    fix: 'make the service depend on the association of its cluster',
    check: usedEarly,
  },
  {
    source: 'https://github.com/aws/aws-cdk/issues/15366: "The specified capacity provider is in use and cannot be removed"',
    fix: 'move the service to another capacity provider first, and remove this one in the next deployment',
    check: takenAway,
  },
  about({
    type: 'AWS::ServiceDiscovery::PrivateDnsNamespace',
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-servicediscovery-privatednsnamespace.html (Name)',
    fix: 'keep the name of the namespace',
    check: ({ replaced }) =>
      replaced ? 'a new private namespace renames every process, and until all are updated, some look for names that no longer resolve' : undefined,
  }),
  about({
    type: 'AWS::ServiceDiscovery::Service',
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-servicediscovery-service.html (Name, NamespaceId)',
    fix: 'keep the namespace, and the name in it',
    check: ({ replaced }) => (replaced ? 'the process gets another private name, and until all are updated, some look for the old one' : undefined),
  }),
];
