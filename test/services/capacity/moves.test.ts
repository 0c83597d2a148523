import { Template } from 'aws-cdk-lib/assertions';
import { IpAddresses, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { CapacityProviderKind, PostHogCapacity, PostHogProps } from '../../../lib';
import { CloudFormationTemplate } from '../../../cli/alb/template';
import { CREATE_ONLY } from '../../../cli/updates/replacement';
import { refusedChanges } from '../../../cli/updates/rules';
import { newPostHog, newStack } from '../../helpers/stack';

type Properties = Record<string, unknown>;

function templateOf(props: Partial<PostHogProps>, inCluster = false): CloudFormationTemplate {
  const stack = newStack();
  const cluster = () =>
    new Cluster(stack, 'Cluster', {
      vpc: new Vpc(stack, 'Vpc', { ipAddresses: IpAddresses.cidr('10.0.0.0/22') }),
      enableFargateCapacityProviders: true,
    });
  newPostHog(stack, { ...(inCluster ? { cluster: cluster(), fargateCapacityProviders: true } : {}), ...props });
  return Template.fromStack(stack).toJSON() as CloudFormationTemplate;
}

function servicesOf({ Resources }: CloudFormationTemplate): [string, Properties][] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::ECS::Service')
    .map(([id, { Properties: properties }]) => [id, properties as Properties]);
}

/** The create-only properties of every service. */
function fixedOf(template: CloudFormationTemplate): [string, unknown[]][] {
  return servicesOf(template).map(([id, properties]) => [id, CREATE_ONLY['AWS::ECS::Service'].map((name) => properties[name])]);
}

const nonceOf = ({ ForceNewDeployment }: Properties) => JSON.stringify((ForceNewDeployment as Properties).ForceNewDeploymentNonce);
const strategyOf = ({ CapacityProviderStrategy }: Properties) => JSON.stringify(CapacityProviderStrategy);

/** Each kind of capacity that a cluster of the library can have. */
const KINDS: Record<string, CloudFormationTemplate> = {
  'Fargate': templateOf({ capacity: PostHogCapacity.fargate() }),
  'Fargate Spot': templateOf({ capacity: PostHogCapacity.fargate({ spot: true }) }),
  'instances': templateOf({ capacity: PostHogCapacity.instances() }),
  'Managed Instances': templateOf({ capacity: PostHogCapacity.managedInstances() }),
};

/** Each kind that an existing cluster can have. */
const IN_CLUSTER: Record<string, CloudFormationTemplate> = {
  'Fargate': templateOf({ capacity: PostHogCapacity.fargate() }, true),
  'Managed Instances': templateOf({ capacity: PostHogCapacity.managedInstances() }, true),
};

function pairs(kinds: Record<string, CloudFormationTemplate>): [string, string, CloudFormationTemplate, CloudFormationTemplate][] {
  const all = Object.entries(kinds);
  return all.flatMap(([from, before]) =>
    all.flatMap(([to, after]): [string, string, CloudFormationTemplate, CloudFormationTemplate][] =>
      from === to ? [] : [[from, to, before, after]],
    ),
  );
}

describe.each([...pairs(KINDS), ...pairs(IN_CLUSTER)])('from %s to %s', (_from, _to, before, after) => {
  test('every service keeps its logical id and the properties that CloudFormation cannot change', () => {
    expect(servicesOf(after).length).toBeGreaterThan(10);
    expect(fixedOf(after)).toEqual(fixedOf(before));
  });

  test('a service is deployed again if and only if its capacity provider changes', () => {
    const old = new Map(servicesOf(before));
    const wrong = servicesOf(after).filter(([id, properties]) => {
      const changes = strategyOf(properties) !== strategyOf(old.get(id)!);
      return changes !== (nonceOf(properties) !== nonceOf(old.get(id)!));
    });
    expect(wrong.map(([id]) => id)).toEqual([]);
  });

  test('AWS is not known to refuse the update', () => {
    expect(refusedChanges(before, after).map(({ id, message }) => `${id}: ${message}`)).toEqual([]);
  });
});

test('without `capacity`, a service does not lose its placement strategies, and the rules about updates say so', () => {
  const messages = refusedChanges(KINDS.instances, templateOf({})).map(({ message }) => message);
  expect(messages.length).toBeGreaterThan(10);
  expect(messages.filter((message) => !message.includes('set `capacity` to PostHogCapacity.fargate()'))).toEqual([]);
});

test('no service in a cluster of the library has a launch type', () => {
  const launchTypes = Object.values(KINDS).flatMap((template) => servicesOf(template).map(([, { LaunchType }]) => LaunchType));
  expect(new Set(launchTypes)).toEqual(new Set([undefined]));
});

test('an existing capacity provider and Fargate exchange services in place', () => {
  const provider = templateOf({ capacity: PostHogCapacity.fromProvider('own', { kind: CapacityProviderKind.INSTANCES }) }, true);
  expect(fixedOf(provider)).toEqual(fixedOf(IN_CLUSTER.Fargate));
  expect(servicesOf(provider).map(([, service]) => strategyOf(service))).toEqual(
    servicesOf(provider).map(() => JSON.stringify([{ CapacityProvider: 'own', Weight: 1 }])),
  );
});

describe('the association of a group of instances', () => {
  const { Resources } = KINDS.instances as { Resources: Record<string, { Type: string; Properties: Properties; DependsOn?: string[] }> };
  const of = (type: string) => Object.entries(Resources).filter(([, { Type }]) => Type === type);
  const [[association, resource]] = of('Custom::PostHogProviderAssociation');

  test('comes after that of Fargate, whose list it never changes', () => {
    const [[list, { Properties: properties }]] = of('AWS::ECS::ClusterCapacityProviderAssociations');
    expect(properties).toMatchObject({ CapacityProviders: ['FARGATE', 'FARGATE_SPOT'] });
    expect(resource.DependsOn).toContain(list);
    const [[, { Properties: ofFargate }]] = Object.entries(KINDS.Fargate.Resources).filter(([id]) => id === list);
    expect(properties).toEqual(ofFargate);
  });

  test('comes before every service, with the first instance', () => {
    const [[ready, { DependsOn }]] = of('AWS::CloudFormation::WaitCondition').filter(([id]) => id.includes('Capacity'));
    expect(DependsOn).toContain(association);
    const early = of('AWS::ECS::Service').filter(([, { DependsOn: before = [] }]) => !before.includes(ready));
    expect(early.map(([id]) => id)).toEqual([]);
  });
});
