import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEFAULT_PRODUCTS, deployedProcesses } from '../../lib/catalog/processes/deployed-processes';

const ROOT = path.join(__dirname, '..', '..');
const EXAMPLES = readdirSync(path.join(ROOT, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(path.join(ROOT, 'examples', entry.name, 'app.ts')))
  .map((entry) => entry.name);

/** What shows that an example does what it is for. */
const SHOWS: Readonly<Record<string, (resources: { Type: string; Properties: Record<string, unknown> }[]) => void>> = {
  'minimal': (resources) => {
    expect(resources.filter(({ Type }) => Type === 'AWS::Route53::RecordSet')).toHaveLength(1);
    expect(resources.filter(({ Type }) => Type === 'AWS::ECS::Service')).toHaveLength(deployedProcesses(DEFAULT_PRODUCTS).length);
    expect(resources.filter(({ Type }) => Type === 'AWS::MSK::Cluster')).toHaveLength(1);
  },
  'two-stacks': (resources) => {
    expect(resources.filter(({ Type }) => Type === 'AWS::EC2::VPC')).toHaveLength(1);
    expect(JSON.stringify(resources)).toContain('"Fn::ImportValue":"AnalyticsStores:');
  },
  'smallest': (resources) => {
    expect(resources.filter(({ Type }) => ['AWS::MSK::Cluster', 'AWS::EC2::NatGateway'].includes(Type))).toEqual([]);
    const tasks = resources.filter(({ Type }) => Type === 'AWS::ECS::Service').map(({ Properties }) => Properties.DesiredCount);
    expect(tasks.filter((desired) => desired !== 1)).toEqual([]);
    expect(resources.filter(({ Type }) => Type === 'AWS::ApplicationAutoScaling::ScalableTarget')).toEqual([]);
    expect(resources.filter(({ Type }) => Type === 'AWS::ECS::CapacityProvider')).toHaveLength(1);
  },
  'team': (resources) => {
    expect(resources.filter(({ Type }) => Type === 'AWS::ECS::Service')).toHaveLength(deployedProcesses(DEFAULT_PRODUCTS).length);
    const strategies = resources.filter(({ Type }) => Type === 'AWS::ECS::Service').map(({ Properties }) => Properties.CapacityProviderStrategy);
    expect(new Set(strategies.map((strategy) => JSON.stringify(strategy))).size).toBe(1);
    expect(resources.filter(({ Type }) => Type === 'AWS::AutoScaling::AutoScalingGroup' || Type === 'AWS::ECS::CapacityProvider')).toHaveLength(3);
  },
  'existing-vpc': (resources) => {
    expect(resources.filter(({ Type }) => Type === 'AWS::EC2::VPC')).toHaveLength(1);
    expect(resources.filter(({ Type }) => Type === 'AWS::ECS::Cluster')).toHaveLength(1);
  },
  'existing-listener': (resources) => {
    expect(resources.filter(({ Type }) => Type === 'AWS::ElasticLoadBalancingV2::LoadBalancer')).toHaveLength(1);
    const hosts = resources
      .filter(({ Type }) => Type === 'AWS::ElasticLoadBalancingV2::ListenerRule')
      .map(({ Properties }) => /(\w+)\.posthog\.example\.com/.exec(JSON.stringify(Properties))?.[1]);
    expect(new Set(hosts)).toEqual(new Set(['staging', 'production']));
  },
  'ipam-vpc': (resources) => {
    expect(resources.filter(({ Type }) => Type === 'Custom::PostHogLoadBalancerAddresses')).toHaveLength(6);
    expect(JSON.stringify(resources)).toContain('ipam-pool-');
  },
  'closed-app': (resources) => {
    expect(JSON.stringify(resources)).toContain('authenticate-oidc');
  },
  'stores': (resources) => {
    const data = ['AWS::RDS::DBInstance', 'AWS::RDS::DBCluster', 'AWS::ElastiCache::ReplicationGroup', 'AWS::S3::Bucket'];
    expect(data.map((type) => resources.filter(({ Type }) => Type === type).length)).toEqual([3, 1, 2, 1]);
    expect(resources.filter(({ Type }) => Type === 'AWS::EC2::SecurityGroupIngress')).toEqual([]);
  },
  'ingress-only': (resources) => {
    expect(resources.filter(({ Type }) => Type === 'AWS::ECS::Service')).toHaveLength(1);
    expect(resources.filter(({ Type }) => Type === 'AWS::ElasticLoadBalancingV2::TargetGroup')).toHaveLength(1);
  },
  'verified-address': (resources) => {
    const tasks = resources
      .filter(({ Type }) => Type === 'AWS::ECS::TaskDefinition')
      .map(({ Properties }) => JSON.stringify(Properties.ContainerDefinitions));
    // The processes that answer visitors, and no other.
    expect(tasks.filter((containers) => containers.includes('set_real_ip_from 100.64.0.0/10;'))).toHaveLength(5);
    expect(resources.filter(({ Type }) => ['AWS::CloudFront::Distribution', 'AWS::CloudFront::VpcOrigin'].includes(Type))).toHaveLength(2);
    const ways = resources.filter(
      ({ Properties }) =>
        Properties.SourcePrefixListId !== undefined || JSON.stringify(Properties.SecurityGroupIngress ?? '').includes('SourcePrefixListId'),
    );
    expect(ways).toHaveLength(1);
  },
};

test('every example has an assertion here and a line in the index', () => {
  expect(EXAMPLES.sort()).toEqual(Object.keys(SHOWS).sort());
  const index = readFileSync(path.join(ROOT, 'examples', 'README.md'), 'utf8');
  expect(EXAMPLES.filter((name) => !index.includes(`(${name}/app.ts)`))).toEqual([]);
});

test.each(EXAMPLES)(
  'the example %s synthesises',
  (name) => {
    const out = mkdtempSync(path.join(tmpdir(), 'example-'));
    try {
      execFileSync(process.execPath, ['--import', 'tsx', path.join('examples', name, 'app.ts')], {
        cwd: ROOT,
        env: { ...process.env, CDK_OUTDIR: out },
        stdio: 'pipe',
      });
      const resources = readdirSync(out)
        .filter((file) => file.endsWith('.template.json'))
        .map(
          (file) =>
            JSON.parse(readFileSync(path.join(out, file), 'utf8')) as {
              Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
            },
        )
        .flatMap(({ Resources }) => Object.values(Resources));
      SHOWS[name](resources.map(({ Type, Properties = {} }) => ({ Type, Properties })));
    } finally {
      rmSync(out, { recursive: true });
    }
  },
  300_000,
);
