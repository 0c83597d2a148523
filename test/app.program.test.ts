import { AppRun, runApp } from './helpers/app';
import { releaseFile } from './release/fixtures';
import { DEFAULT_PRODUCTS, deployedProcesses } from '../lib/catalog/processes/deployed-processes';
import { RELEASE_2026_09_11_R2 } from '../lib/release/known-releases';
import { renderRelease } from '../lib/release/release-file';

const ARN = 'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555';
const SETTINGS = {
  'posthog:domainName': 'analytics.example.org',
  'posthog:certificateArn': ARN,
  'posthog:postgresUrlSecret': 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:postgres-AbCdEf',
  'posthog:products': 'events,feature-flags,session-replay',
  'posthog:cacheHost': 'cache.internal',
  'posthog:kafkaBrokers': 'b-1.internal:9094',
  'posthog:clickHouseHost': 'clickhouse.internal',
  'posthog:clickHouseSecret': 'clickhouse',
  'posthog:bucketName': 'our-objects',
  'posthog:alarmEmail': 'operator@example.org',
};
const OUR_APP = `registry.example.org/posthog@sha256:${'1'.repeat(64)}`;
const OUR_IMAGES = { ...RELEASE_2026_09_11_R2.images, app: { ...RELEASE_2026_09_11_R2.images.app, image: OUR_APP } };
const RUNS = {
  sample: {},
  own: SETTINGS,
  closed: { ...SETTINGS, 'posthog:appCidrs': '203.0.113.0/24,2001:db8::/32', 'posthog:nat': 'per-zone', 'posthog:deletionProtection': 'false' },
  release: { ...SETTINGS, 'posthog:releaseFile': releaseFile(renderRelease({ ...RELEASE_2026_09_11_R2, name: 'ours', images: OUR_IMAGES })) },
  noRelease: { ...SETTINGS, 'posthog:releaseFile': 'no-such-file.json' },
  ownVpc: { ...SETTINGS, 'posthog:vpcId': 'vpc-0123456789abcdef0', 'posthog:storeSecurityGroupId': 'sg-0123456789abcdef0' },
  groupWithoutVpc: { ...SETTINGS, 'posthog:storeSecurityGroupId': 'sg-0123456789abcdef0' },
  groupWithoutStores: { 'posthog:vpcId': 'vpc-0123456789abcdef0', 'posthog:storeSecurityGroupId': 'sg-0123456789abcdef0' },
  secretWithoutHost: { 'posthog:clickHouseSecret': 'posthog/clickhouse' },
  zone: { ...SETTINGS, 'posthog:certificateArn': undefined, 'posthog:hostedZoneId': 'Z0123456789ABC', 'posthog:hostedZoneName': 'example.org' },
  zoneAndCertificate: { ...SETTINGS, 'posthog:hostedZoneId': 'Z0123456789ABC', 'posthog:hostedZoneName': 'example.org' },
  noSecret: { ...SETTINGS, 'posthog:clickHouseSecret': undefined },
  misspelt: { 'posthog:domain': 'analytics.example.org' },
  noText: { 'posthog:appCidrs': ['203.0.113.0/24'] },
  badCidr: { ...SETTINGS, 'posthog:appCidrs': '203.0.113.1/24' },
  badNat: { ...SETTINGS, 'posthog:nat': 'none-at-all' },
  noCluster: { ...SETTINGS, 'posthog:cacheHost': 'clustercfg.cache.abc123.euc1.cache.amazonaws.com' },
};

const runs = {} as Record<keyof typeof RUNS, AppRun>;

beforeAll(async () => {
  const waiting = Object.entries(RUNS) as [keyof typeof RUNS, Record<string, unknown>][];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      runs[next[0]] = await runApp({ context: next[1], env: { CDK_DEFAULT_ACCOUNT: '111122223333', CDK_DEFAULT_REGION: 'eu-central-1' } });
    }
  };
  await Promise.all([work(), work()]);
}, 300_000);

function types(run: AppRun): string[] {
  return Object.values(run.template.Resources).map(({ Type }) => Type);
}

function propertiesOf(run: AppRun, type: string): Record<string, unknown>[] {
  return Object.values(run.template.Resources)
    .filter(({ Type }) => Type === type)
    .map(({ Properties }) => Properties ?? {});
}

describe('the sample app without settings', () => {
  test('synthesises for posthog.example.com', () => {
    expect(runs.sample.exitCode).toBe(0);
    expect(runs.sample.template.Outputs.Url.Value).toBe('https://posthog.example.com');
    expect(types(runs.sample).filter((type) => type === 'AWS::ECS::Service')).toHaveLength(deployedProcesses(DEFAULT_PRODUCTS).length);
  });

  test('warns of each sample value, of alarms that nobody receives, and of nothing else', () => {
    expect(runs.sample.warnings).toEqual([
      'warning Annotation::posthog:samples: this template holds sample values and cannot be deployed yet; in cdk.json, or with -c name=value, set: ' +
        'posthog:domainName, posthog:certificateArn',
      'warning Annotation::cdk-posthog:PostHogAlarms.noActions: nobody receives alarms: set `email` or `actions` of `alarms`, see docs/runbook.md',
    ]);
  });
});

describe('the data stores of the sample app', () => {
  const MADE = ['AWS::RDS::DBInstance', 'AWS::ElastiCache::ReplicationGroup', 'AWS::MSK::Cluster', 'AWS::EC2::Volume', 'AWS::S3::Bucket'];

  test('are created by default in a stack of their own, with the topics', () => {
    const stores = Object.values(runs.sample.stores.Resources).map(({ Type }) => Type);
    expect(MADE.map((type) => stores.filter((other) => other === type).length)).toEqual(MADE.map(() => 1));
    // The other bucket is that of backups.
    expect(MADE.map((type) => types(runs.sample).filter((other) => other === type).length)).toEqual([1, 1, 1, 1, 2]);
    expect(runs.sample.files['PostHog.template.json']).toContain('all topics exist');
    expect(runs.own.files['PostHog.template.json']).not.toContain('all topics exist');
  });

  test('are not created if existing ones are configured', () => {
    expect(MADE.filter((type) => types(runs.own).includes(type))).toEqual([]);
  });

  test('fail for a ClickHouse without its secret', () => {
    expect(runs.noSecret.output).toContain("'posthog:clickHouseHost' needs 'posthog:clickHouseSecret'");
    expect(runs.noSecret.exitCode).toBe(1);
  });
});

describe('the sample app with every setting', () => {
  test('warns of nothing', () => {
    expect(runs.own).toMatchObject({ exitCode: 0, warnings: [] });
  });

  test('has every setting in its template', () => {
    const text = runs.own.files['PostHog.template.json'];
    for (const [name, value] of Object.entries(SETTINGS)) {
      if (name === 'posthog:products') {
        continue;
      }
      expect(text).toContain(value);
    }
    expect(text).not.toContain('example.internal');
    expect(text).not.toContain('posthog.example.com');
  });

  test('accepts the ARN or the name of a secret', () => {
    const tasks = JSON.stringify(propertiesOf(runs.own, 'AWS::ECS::TaskDefinition'));
    expect(tasks).toContain('"arn:aws:secretsmanager:eu-central-1:111122223333:secret:postgres-AbCdEf"');
    expect(tasks).toContain(':secret:clickhouse:password::');
  });

  test('is open, with one NAT gateway', () => {
    expect(JSON.stringify(propertiesOf(runs.own, 'AWS::ElasticLoadBalancingV2::ListenerRule'))).not.toContain('source-ip');
    expect(propertiesOf(runs.own, 'AWS::EC2::NatGateway')).toHaveLength(1);
  });

  test('has outputs for the URL and the next step', () => {
    expect(Object.keys(runs.own.template.Outputs).sort()).toEqual([
      'DeploymentCheck',
      'LoadBalancerDnsName',
      'MigrateCommand',
      'MigrationLogCommand',
      'Url',
    ]);
    const { Url, LoadBalancerDnsName } = runs.own.template.Outputs;
    expect(Url.Value).toBe('https://analytics.example.org');
    expect(LoadBalancerDnsName).toEqual({
      Value: { 'Fn::GetAtt': [expect.stringMatching(/^PostHogIngressLoadBalancer/) as string, 'DNSName'] },
      Description: 'Next: point the domain name at this name with a CNAME or alias record',
    });
  });

  test.each([
    ['MigrateCommand', 'aws stepfunctions start-execution --state-machine-arn <PostHogMigrationStateMachine>'],
    ['MigrationLogCommand', 'aws logs tail <PostHogMigrationLogs> --follow'],
  ])('has the output %s with the names of its resources', (output, command) => {
    const {
      'Fn::Join': [, parts],
    } = runs.own.template.Outputs[output].Value as { 'Fn::Join': [string, (string | Record<string, unknown>)[]] };
    expect(parts.map((part) => (typeof part === 'string' ? part : `<${String(Object.values(part)[0]).replace(/[0-9A-F]{8}$/, '')}>`)).join('')).toBe(
      command,
    );
  });
});

test('`posthog:appCidrs` closes the app to other addresses', () => {
  expect(runs.closed).toMatchObject({ exitCode: 0, warnings: [] });
  const rules = JSON.stringify(propertiesOf(runs.closed, 'AWS::ElasticLoadBalancingV2::ListenerRule'));
  expect(rules).toContain('"SourceIpConfig":{"Values":["203.0.113.0/24","2001:db8::/32"]}');
  const [https] = propertiesOf(runs.closed, 'AWS::ElasticLoadBalancingV2::Listener').filter(({ Port }) => Port === 443);
  expect(https.DefaultActions).toEqual([
    expect.objectContaining({ Type: 'fixed-response', FixedResponseConfig: expect.objectContaining({ StatusCode: '403' }) as unknown }),
  ]);
});

test('`posthog:alarmEmail` receives the alarms', () => {
  expect(propertiesOf(runs.own, 'AWS::SNS::Subscription')).toEqual([
    expect.objectContaining({ Protocol: 'email', Endpoint: 'operator@example.org' }),
  ]);
  expect(types(runs.sample)).not.toContain('AWS::SNS::Subscription');
});

test('`posthog:nat` and `posthog:deletionProtection` change the template', () => {
  expect(propertiesOf(runs.closed, 'AWS::EC2::NatGateway')).toHaveLength(2);
  expect(JSON.stringify(propertiesOf(runs.closed, 'AWS::ElasticLoadBalancingV2::LoadBalancer'))).toContain(
    '{"Key":"deletion_protection.enabled","Value":"false"}',
  );
  expect(JSON.stringify(propertiesOf(runs.own, 'AWS::ElasticLoadBalancingV2::LoadBalancer'))).toContain(
    '{"Key":"deletion_protection.enabled","Value":"true"}',
  );
});

test('`posthog:releaseFile` sets the images', () => {
  expect(runs.release).toMatchObject({ exitCode: 0, warnings: [] });
  const apps = (run: AppRun) => JSON.stringify(propertiesOf(run, 'AWS::ECS::TaskDefinition')).split(`"Image":"${OUR_APP}"`).length - 1;
  // Those of web, worker and upkeep, and both of the migration that have Django.
  expect([apps(runs.release), apps(runs.own)]).toEqual([5, 0]);
});

test('`posthog:vpcId` looks up the VPC, and `posthog:storeSecurityGroupId` admits the services', () => {
  expect(runs.ownVpc).toMatchObject({ exitCode: 0 });
  // Nothing is left for the stack of data stores.
  expect(Object.keys(runs.ownVpc.files)).not.toContain('PostHogStores.template.json');
  expect(propertiesOf(runs.ownVpc, 'AWS::EC2::VPC')).toEqual([]);
  expect(runs.ownVpc.files['manifest.json']).toContain('"vpc-id": "vpc-0123456789abcdef0"');
  const ports = propertiesOf(runs.ownVpc, 'AWS::EC2::SecurityGroupIngress')
    .filter(({ GroupId }) => GroupId === 'sg-0123456789abcdef0')
    .map(({ FromPort }) => FromPort as number);
  expect([...new Set(ports)].sort()).toEqual([5432, 6379, 8443, 9094, 9440]);
});

test('`posthog:storeSecurityGroupId` without `posthog:vpcId` is refused', () => {
  expect(runs.groupWithoutVpc.exitCode).toBe(1);
  expect(runs.groupWithoutVpc.output).toContain("'posthog:storeSecurityGroupId' needs 'posthog:vpcId'");
});

test('a setting of a data store that is not configured is refused', () => {
  expect(runs.groupWithoutStores.exitCode).toBe(1);
  expect(runs.groupWithoutStores.output).toContain("'posthog:storeSecurityGroupId' needs an existing data store, such as 'posthog:cacheHost'");
  expect(runs.secretWithoutHost.exitCode).toBe(1);
  expect(runs.secretWithoutHost.output).toContain("'posthog:clickHouseSecret' needs 'posthog:clickHouseHost'");
});

test('`posthog:hostedZoneId` creates a certificate and a record, and changes the next step', () => {
  expect(runs.zone).toMatchObject({ exitCode: 0, warnings: [] });
  expect(propertiesOf(runs.zone, 'AWS::CertificateManager::Certificate')).toMatchObject([
    { DomainName: 'analytics.example.org', ValidationMethod: 'DNS' },
  ]);
  expect(propertiesOf(runs.zone, 'AWS::Route53::RecordSet')).toMatchObject([{ Name: 'analytics.example.org.', HostedZoneId: 'Z0123456789ABC' }]);
  expect(runs.zone.template.Outputs.LoadBalancerDnsName.Description).toBe("The target of the domain name's alias record");
});

test('`posthog:hostedZoneId` with a certificate creates a record only', () => {
  expect(runs.zoneAndCertificate).toMatchObject({ exitCode: 0, warnings: [] });
  expect(propertiesOf(runs.zoneAndCertificate, 'AWS::CertificateManager::Certificate')).toEqual([]);
  expect(propertiesOf(runs.zoneAndCertificate, 'AWS::Route53::RecordSet')).toHaveLength(1);
  expect(JSON.stringify(propertiesOf(runs.zoneAndCertificate, 'AWS::ElasticLoadBalancingV2::Listener'))).toContain(ARN);
});

test.each<[keyof typeof RUNS, string]>([
  ['misspelt', "'posthog:domain' is not a setting of this app; the settings are: posthog:domainName, posthog:certificateArn, "],
  ['noText', '\'posthog:appCidrs\' must be a string, got: ["203.0.113.0/24"]'],
  ['badCidr', "`cidrs` must name the first address of the block, spelled canonically, got: '203.0.113.1/24'; write 203.0.113.0/24"],
  ['badNat', "`nat` must be one of single, per-zone, instance, none, got: 'none-at-all'"],
  ['noRelease', 'the release file no-such-file.json cannot be used: '],
  ['noCluster', '[PostHogStores/Cache] `host` must name a server that PostHog can use'],
])('refuses a wrong setting: %s', (name, message) => {
  expect(runs[name].output).toContain(message);
  expect(runs[name].exitCode).not.toBe(0);
  expect(runs[name].files).not.toHaveProperty('PostHog.template.json');
});
