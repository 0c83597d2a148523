import { deploymentTable, tableInDocument, TEMPLATES } from '../../scripts/deployment-time';
import { changedResources, firstDeployment, update } from '../../scripts/deployment-time/critical-path';
import { processOf } from '../../scripts/deployment-time/durations';
import { Template } from '../../cli/updates/replacement';

const { now, later } = TEMPLATES;

/** The longest chain of services that waited for one another before they retried instead. */
const FORMER_ORDER = ['personhog-replica', 'personhog-router', 'web', 'plugins'];

/** Returns a template in which the services of processes wait for one another, and for the migration as before. */
function inOrder(template: Template, processes: readonly string[]): Template {
  const services = Object.entries(template.Resources).flatMap(([id, { Type }]) => (Type === 'AWS::ECS::Service' ? [id] : []));
  const ids = processes.map((process) => services.find((id) => processOf(template, id) === process)!);
  const ordered = ids.slice(1).map((id, index) => {
    const resource = template.Resources[id] as { readonly Type: string; readonly DependsOn?: readonly string[] };
    return [id, { ...resource, DependsOn: [...(resource.DependsOn ?? []), ids[index]] }];
  });
  return { ...template, Resources: { ...template.Resources, ...(Object.fromEntries(ordered) as Template['Resources']) } };
}

test('the table of deployment times in docs/performance.md is the one of the template', () => {
  // Where this fails after a change of the template: node --import tsx scripts/deployment-time.ts
  expect(tableInDocument()).toBe(deploymentTable());
});

describe('an upgrade', () => {
  test('takes 30 minutes or less on a usual day', () => {
    expect(update(now, later).typical).toBeLessThanOrEqual(30);
  });

  test('is at least ten minutes shorter than in the former order of services', () => {
    const [before, after] = [inOrder(now, FORMER_ORDER), inOrder(later, FORMER_ORDER)];
    const former = update(before, after).typical;
    // With the seven minutes of ClickHouse's instance, which a release no longer replaces, that were 44.
    expect(former).toBeGreaterThan(36);
    expect(former - update(now, later).typical).toBeGreaterThanOrEqual(10);
  });

  test('waits for the migration, and changes no data store', () => {
    expect(update(now, later).path.map(({ name }) => name)).toContain('migration');
    const types = [...changedResources(now, later)].map((id) => later.Resources[id].Type);
    expect(types.filter((type) => /^AWS::(MSK|RDS|ElastiCache|S3|AutoScaling)::/.test(type))).toEqual([]);
  });
});

describe('the model', () => {
  const group = 'AWS::AutoScaling::AutoScalingGroup';
  const chain = (image: string): Template => ({
    Resources: {
      Launch: { Type: 'AWS::EC2::LaunchTemplate', Properties: { Image: image } },
      Group: { Type: group, Properties: { Version: { 'Fn::GetAtt': ['Launch', 'LatestVersionNumber'] } } },
      Database: { Type: 'AWS::RDS::DBInstance' },
      Last: { Type: group, Properties: { Database: { Ref: 'Database' } } },
    },
  });

  test('adds up the longest chain of dependencies', () => {
    expect(firstDeployment(chain('a'))).toMatchObject({ fast: 10, typical: 17, slow: 30 });
    expect(firstDeployment(chain('a')).path.map(({ name }) => name)).toEqual(['PostgreSQL', 'instance of ClickHouse']);
  });

  test('counts the resources that an update changes, and those that refer to them', () => {
    expect([...changedResources(chain('a'), chain('b'))].sort()).toEqual(['Group', 'Launch']);
    expect(update(chain('a'), chain('b')).typical).toBe(7.25);
    expect(update(chain('a'), chain('a')).typical).toBe(0);
  });

  test('counts a resource that is new', () => {
    const before = { Resources: {} };
    expect(update(before, { Resources: { Database: { Type: 'AWS::RDS::DBInstance' } } }).typical).toBe(10);
  });
});
