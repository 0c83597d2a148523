import { fullDiff, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import { App, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { ClickHouse, Kafka, PostHog, PostHogImages, PostHogNetwork, PostHogRelease } from '../../lib';
import { FEATURE_FLAGS } from '../helpers/stack';
import { Resource } from '../helpers/template';
import { zonedStack } from '../helpers/zones';
import { ComparedTemplate, dangers } from './data-safety-dangers';
import { Given } from './data-safety-given';

/** A later release: every image is another one. */
const LATER = PostHogRelease.of(
  '2026-10-01',
  Object.fromEntries(
    Object.entries({ ...PostHogRelease.V2026_09_11_R2.images } as Record<string, string>).map(([name, image]) => [
      name,
      `${image.split('@')[0].split(':')[0]}@sha256:${'1'.repeat(64)}`,
    ]),
  ) as unknown as PostHogImages,
  { date: '2026-10-01' },
);

/** Returns a release with copies of the images in ECR. */
function inEcr({ images }: PostHogRelease): PostHogRelease {
  const copies = Object.entries({ ...images } as Record<string, string>).map(([name, image]): [string, string] => [
    name,
    `111122223333.dkr.ecr.eu-central-1.amazonaws.com/${name.toLowerCase()}@${image.split('@')[1]}`,
  ]);
  return PostHogRelease.of('copies', Object.fromEntries(copies) as unknown as PostHogImages);
}

/** A PostHog that makes its stores. */
function deployed(release: PostHogRelease, options = {}): ComparedTemplate {
  const stack = zonedStack(3);
  new PostHog(stack, 'PostHog', { domainName: 'posthog.example.com', certificate: new Given(stack).certificate, release, migration: options });
  return Template.fromStack(stack).toJSON() as ComparedTemplate;
}

interface Changed {
  readonly added: string[];
  readonly removed: string[];
  /** The properties that change, by type. */
  readonly changed: Readonly<Record<string, string[]>>;
  /** The types of what is made anew. */
  readonly replaced: string[];
}

function changesOf(before: ComparedTemplate, after: ComparedTemplate): Changed {
  const { changes } = fullDiff(before, after).resources;
  const types = (those: typeof changes) =>
    Object.values(those)
      .map(({ oldResourceType, newResourceType }) => (newResourceType ?? oldResourceType)!)
      .sort();
  const where = (keep: (change: (typeof changes)[string]) => boolean) =>
    Object.fromEntries(Object.entries(changes).filter(([, change]) => keep(change)));
  const changed: Record<string, string[]> = {};
  for (const { newResourceType: type, propertyUpdates } of Object.values(where(({ isUpdate }) => isUpdate))) {
    changed[type!] = [...new Set([...(changed[type!] ?? []), ...Object.keys(propertyUpdates)])].sort();
  }
  return {
    added: types(where(({ isAddition }) => isAddition)),
    removed: types(where(({ isRemoval }) => isRemoval)),
    changed,
    replaced: [...new Set(types(where(({ isUpdate, changeImpact }) => isUpdate && changeImpact === ResourceImpact.WILL_REPLACE)))],
  };
}

const RUN = ['AWS::CloudFormation::WaitCondition', 'AWS::CloudFormation::WaitConditionHandle', 'Custom::PostHogMigration'];

/** What another release changes, and nothing else. */
const UPGRADE: Changed = {
  added: RUN,
  removed: RUN,
  changed: {
    'AWS::ECS::TaskDefinition': ['ContainerDefinitions'],
    // That of the task definition, which is another revision.
    'AWS::ECS::Service': ['TaskDefinition'],
    // It writes the image into the parameter from which ClickHouse's servers install functions and format schemas.
    'AWS::StepFunctions::StateMachine': ['DefinitionString'],
    // It passes the date of the release, whose age is a metric.
    'AWS::Scheduler::Schedule': ['Target'],
  },
  replaced: ['AWS::ECS::TaskDefinition'],
};

const now = deployed(PostHogRelease.V2026_09_11_R2);
const later = deployed(LATER);

test.each([
  ['an upgrade', now, later],
  ['going back', later, now],
])('%s changes images and the migration only', (_, before, after) => {
  const { changed, ...others } = changesOf(before, after);
  expect(others).toEqual({ added: UPGRADE.added, removed: UPGRADE.removed, replaced: UPGRADE.replaced });
  for (const [type, properties] of Object.entries(changed)) {
    expect([type, properties.filter((property) => !UPGRADE.changed[type]?.includes(property))]).toEqual([type, []]);
  }
  expect(Object.keys(changed)).toEqual(expect.arrayContaining(['AWS::ECS::TaskDefinition', 'AWS::StepFunctions::StateMachine']));
});

test.each([
  ['an upgrade', now, later],
  ['going back', later, now],
])('%s replaces no resource with data', (_, before, after) => {
  expect(dangers(before, after)).toEqual([]);
});

test('a release with other images changes nothing of the instances of ClickHouse', () => {
  const instances = ({ Resources }: ComparedTemplate) =>
    Object.entries(Resources).filter(([id, { Type }]) => id.startsWith('PostHogStoresClickHouse') && /EC2|AutoScaling|SSM|IAM/.test(Type));
  expect(instances(now).map(([, { Type }]) => Type)).toEqual(
    expect.arrayContaining(['AWS::EC2::LaunchTemplate', 'AWS::AutoScaling::AutoScalingGroup', 'AWS::EC2::Volume', 'AWS::SSM::Parameter']),
  );
  expect(instances(later)).toEqual(instances(now));
});

test('a release with other images changes nothing in the stack of a ClickHouse, also if they are in ECR', () => {
  const [before, after] = [PostHogRelease.V2026_09_11_R2, inEcr(LATER)].map((release) => {
    const app = new App({ context: FEATURE_FLAGS });
    const [stores, services] = ['Stores', 'Services'].map((id) => new Stack(app, id, { env: { region: 'eu-central-1' } }));
    const { vpc, loadBalancerSubnets, serviceSubnets, storeSubnets } = new PostHogNetwork(stores, 'Network');
    const network = { vpc, loadBalancerSubnets, serviceSubnets, storeSubnets };
    const kafka = Kafka.fromKafkaAttributes(stores, 'Kafka', { bootstrapServers: 'kafka.internal:9094' });
    const clickHouse = new ClickHouse(stores, 'ClickHouse', { vpc, vpcSubnets: serviceSubnets, kafka });
    const { certificate } = new Given(services);
    new PostHog(services, 'PostHog', { domainName: 'posthog.example.com', certificate, ...network, kafka, clickHouse, release });
    return [stores, services].map((stack) => Template.fromStack(stack).toJSON() as ComparedTemplate);
  });
  expect(after[0]).toEqual(before[0]);
  const pulls = ([, { Resources }]: ComparedTemplate[]) =>
    Object.entries(Resources).filter(([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.startsWith('PostHogClickHouseAppImage'));
  expect(pulls(before)).toEqual([]);
  expect(JSON.stringify(pulls(after))).toContain(':ecr:eu-central-1:111122223333:repository/app');
});

test('a downgrade has the logical ids of the earlier migration', () => {
  const runs = ({ Resources }: ComparedTemplate) =>
    Object.keys(Resources)
      .filter((id) => RUN.includes(Resources[id].Type))
      .sort();
  expect(runs(deployed(PostHogRelease.V2026_09_11_R2))).toEqual(runs(now));
  expect(runs(later).filter((id) => runs(now).includes(id))).toEqual([]);
});

test.each([
  ['now', now],
  ['later', later],
])('every service waits for the migration of its own release (%s)', (_, { Resources }) => {
  const [condition] = Object.keys(Resources).filter((id) => Resources[id].Type === 'AWS::CloudFormation::WaitCondition');
  const services = Object.values(Resources).filter(({ Type }) => Type === 'AWS::ECS::Service');
  expect(services.length).toBeGreaterThanOrEqual(6);
  expect(services.filter(({ DependsOn = [] }) => !DependsOn.includes(condition))).toEqual([]);
});

test('the migration waits for no service, so a failed migration changes none', () => {
  const { Resources } = now;
  const reached = new Set<string>(Object.keys(Resources).filter((id) => Resources[id].Type === 'AWS::CloudFormation::WaitCondition'));
  for (const id of reached) {
    neededBy(Resources[id])
      .filter((needed) => needed in Resources)
      .forEach((needed) => reached.add(needed));
  }
  expect([...reached].filter((id) => Resources[id].Type === 'AWS::ECS::Service')).toEqual([]);
  expect([...reached].filter((id) => Resources[id].Type === 'AWS::RDS::DBInstance')).toHaveLength(1);
});

function neededBy({ DependsOn = [], Properties }: Resource): string[] {
  const text = JSON.stringify(Properties ?? {});
  return [...DependsOn, ...[...text.matchAll(/\{"(?:Ref":|Fn::GetAtt":\[)"(\w+)"/g)].map(([, id]) => id)];
}

test('another `trigger` runs the migration again and changes nothing else', () => {
  const { added, removed, replaced } = changesOf(now, deployed(PostHogRelease.V2026_09_11_R2, { trigger: 'once more' }));
  expect({ added, removed, replaced }).toEqual({ added: RUN, removed: RUN, replaced: [] });
});
