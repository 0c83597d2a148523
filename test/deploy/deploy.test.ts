import { createPrivateKey } from 'node:crypto';
import { CertificateStatus, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { DescribeNatGatewaysCommand, DescribeNetworkInterfacesCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import {
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { rewritten } from '../../cli/alb/url-rewrite';
import { RELEASE_2026_09_11_R2 } from '../../lib/release/known-releases';
import { renderRelease } from '../../lib/release/release-file';
import { releaseFile } from '../release/fixtures';
import { CdkTemplate } from './cdk';
import { defaultSecurityGroup, runCustomResource } from './default-security-group';
import { logGroupNames, secretValues } from './kept';
import { listenerOf, loadBalancerOf, router, rulesInAccount, rulesInTemplate } from './listeners';
import { addressesIn, defaultRoute, loadBalancerSubnets, otherSubnetIds } from './networks';
import { executionNames, executionOf, stateMachineArn } from './migration';
import { unlisted } from './not-modelled';
import { admittedBy, groupNamed, groupsOf, GROUPS_OF_INTERFACE } from './security-groups';
import { containersOf, DEFAULT_PROCESSES, environmentOf, servicesByProcess, servicesOf, taskDefinitionsOf } from './services';
import { DOMAIN_NAME, World } from './world';

/** PostHog's published list of what a proxy must let through, as requests, and which process answers each. */
const DOCUMENTED = [
  ['/batch/', 'capture'],
  ['/capture/', 'capture'],
  ['/decide/?v=3', 'feature-flags'],
  ['/array/phc_token/config.js', 'hypercache-server'],
  ['/e/?ip=1&ver=1.449.2', 'capture'],
  ['/engage/', 'capture'],
  ['/s/?compression=gzip-js', 'replay-capture'],
  ['/static/array.js', 'web'],
  ['/track/', 'capture'],
] as const;

const REFUSED = ['/_stats', '/api/projects/1/internal/hog_flows', '/static//../admin/', '/embedded/%2e%2e/api/users'];

const DJANGO = ['web', 'worker', 'temporal-django-worker', 'temporal-batch-exports-worker'];

const STATEFUL = ['AWS::SecretsManager::Secret', 'AWS::Logs::LogGroup'];

const OTHER_CAPTURE = `ghcr.io/posthog/posthog/capture@sha256:${'2'.repeat(64)}`;
const { images } = RELEASE_2026_09_11_R2;
const RELEASE_FILE = releaseFile(
  renderRelease({ ...RELEASE_2026_09_11_R2, name: 'other', images: { ...images, capture: { ...images.capture!, image: OTHER_CAPTURE } } }),
);

const world = new World();

/** What the construct makes of secrets, by their ids in it. */
function secretArns(): Map<string, string> {
  const ids = Object.keys(world.template.Resources).filter((id) => world.template.Resources[id].Type === 'AWS::SecretsManager::Secret');
  return new Map(ids.map((id) => [/^PostHog(\D+?)[0-9A-F]{8}$/.exec(id)![1], world.physicalId(id)]));
}

afterAll(() => world.stop());

describe('a first deployment', () => {
  beforeAll(async () => {
    await world.stage('an emulated AWS', () => world.start());
    await world.stage('cdk bootstrap', async () => {
      await world.cdk.bootstrap();
      world.skippedAtBootstrap = world.aws.skippedTypes();
    });
    await world.stage('cdk deploy', async () => {
      await world.cdk.succeed(['deploy', '--all', '--no-rollback', '--require-approval', 'never'], world.settings);
      await world.readPhysicalIds();
    });
  });

  test('makes every resource of the template', async () => {
    const { Stacks: [stack] = [] } = await world.cloudFormation.send(new DescribeStacksCommand({ StackName: 'PostHog' }));
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    const made = [...(await world.readPhysicalIds()).keys()];
    const wanted = Object.entries(world.template.Resources)
      .filter(([, { Type }]) => Type !== 'AWS::CDK::Metadata')
      .map(([id]) => id);
    expect(made.sort()).toEqual(wanted.sort());
    const outputs = new Map((stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
    expect(outputs.get('Url')).toBe(`https://${DOMAIN_NAME}`);
    expect(outputs.get('LoadBalancerDnsName')).toBe((await loadBalancerOf(world)).DNSName);
    expect(outputs.get('MigrateCommand')).toBe(`aws stepfunctions start-execution --state-machine-arn ${stateMachineArn(world)}`);
    expect(outputs.get('MigrationLogCommand')).toContain('PostHogMigrationLogs');
  });

  test("migrates before any process starts, a database that is somebody else's", async () => {
    const [name, ...others] = executionNames(world);
    expect(others).toEqual([]);
    const { status, way } = await executionOf(world, name);
    expect([status, way]).toEqual(['SUCCEEDED', ['IsRevisionGiven', 'Run', 'Conclude', 'IsMigrated', 'Migrated']]);
  });

  describe('the network', () => {
    test('gives the load balancer two /27 subnets, open to the internet', async () => {
      const subnets = await loadBalancerSubnets(world);
      expect(subnets.map(({ CidrBlock }) => CidrBlock!.split('/')[1])).toEqual(['27', '27']);
      expect(new Set(subnets.map(({ AvailabilityZone }) => AvailabilityZone)).size).toBe(2);
      for (const { SubnetId } of subnets) {
        expect((await defaultRoute(world, SubnetId!))?.GatewayId).toMatch(/^igw-/);
      }
      expect((await loadBalancerOf(world)).Scheme).toBe('internet-facing');
    });

    test('lets nothing else stand in them', async () => {
      const own = (await loadBalancerSubnets(world)).map(({ SubnetId }) => SubnetId!);
      const others = await otherSubnetIds(world);
      expect(others.length).toBeGreaterThan(own.length);
      expect(others.filter((id) => own.includes(id))).toEqual([]);
      const { NetworkInterfaces: interfaces } = await world.ec2.send(
        new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'subnet-id', Values: own }] }),
      );
      expect(interfaces).toEqual([]);
    });

    test('keeps services in private subnets, without public addresses', async () => {
      const services = await servicesByProcess(world);
      expect([...services.keys()]).toEqual(DEFAULT_PROCESSES);
      for (const { serviceName, launchType, deployments = [], runningCount } of services.values()) {
        const network = deployments[0].networkConfiguration!.awsvpcConfiguration!;
        expect({ serviceName, launchType, assignPublicIp: network.assignPublicIp, runningCount }).toEqual({
          serviceName,
          launchType: 'FARGATE',
          assignPublicIp: 'DISABLED',
          runningCount: 0,
        });
        expect(network.subnets).toHaveLength(2);
        for (const subnet of network.subnets!) {
          const route = await defaultRoute(world, subnet);
          expect(route?.NatGatewayId).toMatch(/^nat-/);
          expect(route?.GatewayId).toBeUndefined();
        }
      }
    });

    test('gives services few security groups, and one to those that call the same others', async () => {
      const groups = new Map([...(await servicesByProcess(world))].map(([process, service]) => [process, groupsOf(service)]));
      expect([...groups.values()].filter((ids) => ids.length > GROUPS_OF_INTERFACE || new Set(ids).size !== ids.length)).toEqual([]);
      const [own, ...clients] = groups.get('web')!;
      expect(own).toBe(groupNamed(world, 'PostHogServicesSecurityGroupsDjango'));
      expect(clients).toEqual(['Postgres', 'Cache', 'Kafka', 'ClickHouse'].map((store) => groupNamed(world, `PostHogServicesClients${store}`)));
      for (const process of ['worker', 'temporal-django-worker', 'temporal-batch-exports-worker']) {
        expect(groups.get(process)).toEqual([own, ...clients]);
      }
      expect(groups.get('personhog-router')).toEqual([groupNamed(world, 'PostHogServicesSecurityGroupsPersonhogRouter')]);
      expect(await admittedBy(world, groups.get('cymbal-resolution')![0])).toEqual([
        expect.stringMatching(`^\\d+ from ${groups.get('cymbal')![0]}$`),
      ]);
    });

    test('has a default security group that lets nothing through', async () => {
      expect((await defaultSecurityGroup(world)).IpPermissionsEgress).not.toEqual([]);
      await runCustomResource(world);
      expect(await defaultSecurityGroup(world)).toMatchObject({ IpPermissions: [], IpPermissionsEgress: [] });
    });
  });

  describe('the load balancer', () => {
    test('sends plain requests to https', async () => {
      const { Protocol, DefaultActions } = await listenerOf(world, 80);
      expect(Protocol).toBe('HTTP');
      expect(DefaultActions).toMatchObject([{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } }]);
      expect(await rulesInAccount(world, 80)).toHaveLength(1);
    });

    test('terminates TLS with the given certificate', async () => {
      const { Protocol, SslPolicy, Certificates } = await listenerOf(world, 443);
      expect({ Protocol, SslPolicy, Certificates }).toEqual({
        Protocol: 'HTTPS',
        SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09',
        Certificates: [{ CertificateArn: world.certificateArn }],
      });
      const { Certificate } = await world.acm.send(new DescribeCertificateCommand({ CertificateArn: world.certificateArn }));
      expect(Certificate).toMatchObject({ DomainName: DOMAIN_NAME, Status: CertificateStatus.ISSUED });
    });

    test('has every rule of the template, in its place', async () => {
      const rules = await rulesInAccount(world);
      expect(rules.length).toBeGreaterThan(10);
      expect(new Set(rules.map(({ priority }) => priority)).size).toBe(rules.length);
      expect(rules).toEqual(rulesInTemplate(world));
    });

    test.each(DOCUMENTED)('brings %s to %s', async (target, container) => {
      expect((await router(world))({ target })).toBe(container);
    });

    test.each(REFUSED)('refuses %s', async (target) => {
      expect((await router(world))({ target })).toBe('403');
    });

    test('brings everybody to the app', async () => {
      const route = await router(world);
      expect(['/', '/login', '/embedded/abc', '/settings'].map((target) => route({ target }))).toEqual(['web', 'web', 'web', 'web']);
      expect((await rulesInAccount(world)).at(-2)).toMatchObject({ priority: 1999, actions: [{ type: 'forward' }] });
      expect(route({ target: '/', host: 'unknown.example.com' })).toBe('403');
    });

    test('brings live events to their service, which knows nothing of the path in front of its own', async () => {
      const live = (await rulesInAccount(world)).filter(({ rewrites }) => rewrites);
      expect(live).toHaveLength(1);
      expect((await router(world))({ target: '/livestream/events?eventType=x' })).toBe('livestream');
      expect(rewritten('/livestream/events?eventType=x', live[0].rewrites?.url)).toBe('/events?eventType=x');
    });

    test('passes the name and the addresses on as PostHog needs them', async () => {
      const { LoadBalancerArn } = await loadBalancerOf(world);
      const { Attributes = [] } = await world.elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
      expect(Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value]))).toMatchObject({
        'routing.http.preserve_host_header.enabled': 'true',
        'routing.http.xff_header_processing.mode': 'append',
        'routing.http.xff_client_port.enabled': 'false',
        'routing.http.drop_invalid_header_fields.enabled': 'true',
      });
    });
  });

  describe('the tasks', () => {
    test('know every address that the load balancer can have, and no other', async () => {
      const subnets = await loadBalancerSubnets(world);
      const addresses = subnets.flatMap(({ CidrBlock }) => addressesIn(CidrBlock!));
      expect(addresses).toHaveLength(2 * 27);
      const containers = await containersOf(world);
      for (const name of DJANGO) {
        const trusted = environmentOf(containers.get(name)!).TRUSTED_PROXIES.split(',');
        expect([...trusted].sort()).toEqual([...addresses].sort());
      }
    });

    test.each(DJANGO)('%s knows what is in front of it', async (name) => {
      const environment = environmentOf((await containersOf(world)).get(name)!);
      expect(environment).toMatchObject({
        IS_BEHIND_PROXY: 'True',
        DISABLE_SECURE_SSL_REDIRECT: 'True',
        ALLOWED_HOSTS: expect.stringMatching(`^${DOMAIN_NAME},web\\.[a-z0-9-]+\\.internal$`) as string,
        SITE_URL: `https://${DOMAIN_NAME}`,
      });
      expect(environment).not.toHaveProperty('TRUST_ALL_PROXIES');
    });

    test('carry no secret in clear text', async () => {
      const values = Object.values(await secretValues(world, world.physicalIdsOf('AWS::SecretsManager::Secret')));
      const { TemplateBody = '' } = await world.cloudFormation.send(new GetTemplateCommand({ StackName: 'PostHog' }));
      expect(values.filter((value) => TemplateBody.includes(value))).toEqual([]);
      for (const { family, containerDefinitions = [] } of await taskDefinitionsOf(world)) {
        for (const container of containerDefinitions) {
          const written = Object.entries(environmentOf(container))
            .filter(([, value]) => value !== '')
            .map(([key]) => key);
          const secrets = written.filter((key) => /SECRET|PASSWORD|TOKEN|SALT|DATABASE_URL|DB_(READ|WRIT)ER_URL/.test(key));
          expect({ family, name: container.name, secrets }).toEqual({ family, name: container.name, secrets: [] });
          expect(values.filter((value) => JSON.stringify(container).includes(value))).toEqual([]);
          for (const { valueFrom } of container.secrets ?? []) {
            expect(valueFrom).toMatch(/^arn:aws:secretsmanager:/);
          }
        }
      }
    });
  });

  describe('the secrets', () => {
    test('have the lengths that PostHog demands, and differ', async () => {
      const arns = secretArns();
      const values = await secretValues(world, [...arns.values()]);
      const {
        SecretsOidcRsaPrivateKey: key,
        SymbolSetKeysSecret: symbolSets,
        SecretsFlagsSecretKeys: flags,
        SecretsTemporalSecretKey: temporal,
        ...texts
      } = Object.fromEntries([...arns].map(([name, arn]) => [name, values[arn]]));
      const lengths = Object.entries(texts).map(([name, value]) => [name, value.length]);
      expect(Object.fromEntries(lengths)).toEqual({
        SecretsSecretKey: 64,
        SecretsEncryptionSaltKeys: 32,
        SecretsInternalApiSecret: 64,
        SecretsInternalRequestToken: 64,
        SecretsBrowserlessToken: 64,
        SecretsJwtSigningKey: 64,
      });
      expect(new Set(Object.values(texts)).size).toBe(6);
      // As in a stack that exists already: the emulator has no stack before all of its resources.
      const encrypting = texts.SecretsSecretKey.slice(0, 32);
      expect([flags, temporal]).toEqual([encrypting, encrypting]);
      expect(Object.values(texts).filter((value) => !/^[A-Za-z0-9]+$/.test(value))).toEqual([]);
      expect(createPrivateKey(key).asymmetricKeyDetails).toMatchObject({ modulusLength: 3072 });
      expect(JSON.parse(symbolSets)).toEqual({
        accessKeyId: world.physicalIdsOf('AWS::IAM::AccessKey')[0],
        secretAccessKey: expect.stringMatching(/^\S{40}$/) as string,
      });
    });

    test('are what the tasks are given', async () => {
      const given = [...(await containersOf(world)).values()].flatMap(({ secrets = [] }) => secrets.map(({ valueFrom }) => valueFrom!));
      expect([...secretArns()].filter(([, arn]) => !given.some((reference) => reference.startsWith(arn))).map(([name]) => name)).toEqual([]);
    });
  });
});

describe('a second deployment', () => {
  test('has no differences', async () => {
    await world.stage('cdk diff', async () => {
      expect(await world.cdk.succeed(['diff', '--fail'], world.settings)).toContain('There were no differences');
    });
  });

  test('changes nothing', async () => {
    const before = await world.readPhysicalIds();
    await world.stage('cdk deploy, again', async () => {
      expect(await world.cdk.succeed(['deploy', '--all', '--require-approval', 'never'])).toContain('no changes');
    });
    expect(await world.readPhysicalIds()).toEqual(before);
  });
});

describe('closing the app', () => {
  let before: ReadonlyMap<string, string>;
  let secretsBefore: Record<string, string>;
  let templateBefore: CdkTemplate;

  beforeAll(async () => {
    await world.stage('cdk deploy, with the app closed', async () => {
      templateBefore = world.template;
      before = await world.readPhysicalIds();
      secretsBefore = await secretValues(world, world.physicalIdsOf('AWS::SecretsManager::Secret'));
      expect((await world.cdk.run(['diff', '--fail'], world.closedSettings)).exitCode).toBe(1);
      await world.cdk.succeed(['deploy', '--all', '--require-approval', 'never']);
    });
  });

  /** The types of these resources, each once. */
  const typesOf = ({ Resources }: CdkTemplate, ids: readonly string[]) => [...new Set(ids.map((id) => Resources[id].Type))].sort();

  test('replaces one task definition, and removes what leads to webhooks', async () => {
    const after = await world.readPhysicalIds();
    const replaced = [...before].filter(([id, physical]) => after.has(id) && after.get(id) !== physical).map(([id]) => id);
    expect(replaced).toEqual([expect.stringMatching(/^PostHogServicesPluginsTask/)]);
    expect(
      typesOf(
        templateBefore,
        [...before.keys()].filter((id) => !after.has(id)),
      ),
    ).toEqual([
      'AWS::ApplicationAutoScaling::ScalingPolicy',
      'AWS::EC2::SecurityGroupEgress',
      'AWS::ElasticLoadBalancingV2::ListenerRule',
      'AWS::ElasticLoadBalancingV2::TargetGroup',
    ]);
    expect(
      typesOf(
        world.template,
        [...after.keys()].filter((id) => !before.has(id)),
      ),
    ).toEqual(['AWS::ElasticLoadBalancingV2::ListenerRule']);
    expect(await secretValues(world, Object.keys(secretsBefore))).toEqual(secretsBefore);
  });

  // moto replaces next to nothing for any change, so its ids alone prove nothing.
  test('changes the rule of live events, what took webhooks, alarms about it and the check of the deployment, and nothing else', () => {
    const { Resources: now } = world.template;
    const changed = Object.entries(templateBefore.Resources).filter(
      ([id, { Type, Properties }]) => Type !== 'AWS::CDK::Metadata' && now[id] && JSON.stringify(now[id].Properties) !== JSON.stringify(Properties),
    );
    expect(changed.map(([id]) => id).sort()).toEqual(
      [
        // Their targets are one less.
        'PostHogAlarmsAppErrors',
        'PostHogAlarmsNoHealthyTarget',
        'PostHogDeploymentCheck',
        'PostHogIngressLiveEventsRule',
        'PostHogServicesPluginsService',
        'PostHogServicesPluginsTask',
        'PostHogServicesSecurityGroupsPlugins',
      ].map((name) => expect.stringMatching(new RegExp(`^${name}[0-9A-F]{8}$`)) as string),
    );
  });

  test('lets the process that took webhooks run on, with another task definition', async () => {
    const plugins = (await servicesByProcess(world)).get('plugins')!;
    expect(plugins).toMatchObject({ status: 'ACTIVE', loadBalancers: [], taskDefinition: expect.stringMatching(/:2$/) as string });
  });

  test('keeps the refusal as the default action', async () => {
    const rules = await rulesInAccount(world);
    expect(rules.at(-1)).toMatchObject({ priority: undefined, actions: [{ type: 'fixed-response', statusCode: '403' }] });
    expect(rules).toEqual(rulesInTemplate(world));
  });

  test('allows the expected clients, and refuses others', async () => {
    const route = await router(world);
    const addresses = ['203.0.113.7', '198.51.100.255', '203.0.114.1', '192.0.2.1'];
    expect(addresses.map((sourceIp) => route({ target: '/login', sourceIp }))).toEqual(['web', 'web', '403', '403']);
    expect(addresses.map((sourceIp) => route({ target: '/livestream/events', sourceIp }))).toEqual(['livestream', 'livestream', '403', '403']);
    expect(REFUSED.map((target) => route({ target, sourceIp: '203.0.113.7' }))).toEqual(REFUSED.map(() => '403'));
  });

  test.each(DOCUMENTED)('still brings %s to %s', async (target, container) => {
    expect((await router(world))({ target })).toBe(container);
  });
});

/** The template of the data stores in the account. */
async function storesTemplate(): Promise<string> {
  return (await world.cloudFormation.send(new GetTemplateCommand({ StackName: 'PostHogStores' }))).TemplateBody!;
}

/** The settings of an upgrade, which later deployments keep. */
function upgraded(): Record<string, string> {
  return { ...world.closedSettings, releaseFile: RELEASE_FILE };
}

describe('an upgrade', () => {
  let storesBefore: string;

  beforeAll(async () => {
    storesBefore = await storesTemplate();
    await world.stage('cdk deploy, of another release', async () => {
      await world.cdk.succeed(['deploy', '--all', '--require-approval', 'never'], upgraded());
      await world.readPhysicalIds();
    });
  });

  test('runs the images of the release after another migration, and changes no data store', async () => {
    expect((await containersOf(world)).get('capture')?.image).toBe(OTHER_CAPTURE);
    expect(executionNames(world)).toHaveLength(2);
    expect(await storesTemplate()).toBe(storesBefore);
  });
});

describe('a product that is taken away and added again', () => {
  let before: ReadonlyMap<string, string>;
  let storesBefore: string;

  beforeAll(async () => {
    before = await world.readPhysicalIds();
    storesBefore = await storesTemplate();
    await world.stage('cdk deploy, without data pipelines', async () => {
      await world.cdk.succeed(['deploy', '--all', '--require-approval', 'never'], {
        ...world.closedSettings,
        products: 'events,feature-flags,session-replay',
      });
    });
  });

  test('loses its services, and no data store changes', async () => {
    expect([...(await servicesByProcess(world)).keys()]).not.toContain('plugins');
    expect(await storesTemplate()).toBe(storesBefore);
  });

  test('has its services again, with the secrets that there were', async () => {
    await world.stage('cdk deploy, with data pipelines again', async () => {
      await world.cdk.succeed(['deploy', '--all', '--require-approval', 'never'], upgraded());
    });
    expect([...(await servicesByProcess(world)).keys()]).toEqual(DEFAULT_PROCESSES);
    expect(await storesTemplate()).toBe(storesBefore);
    const after = await world.readPhysicalIds();
    const secrets = Object.keys(world.template.Resources).filter(
      (id) => /^PostHogSecrets/.test(id) && world.template.Resources[id].Type === STATEFUL[0],
    );
    expect(secrets).toHaveLength(9);
    expect(secrets.map((id) => after.get(id))).toEqual(secrets.map((id) => before.get(id)));
  });
});

describe('the end', () => {
  let secretsBefore: Record<string, string>;
  let keptLogs: string[];
  let symbolSetKeys: string;

  test('is refused by the load balancer until its owner allows it', async () => {
    const { LoadBalancerArn } = await loadBalancerOf(world);
    const protection = async () => {
      const { Attributes = [] } = await world.elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
      return Attributes.find(({ Key }) => Key === 'deletion_protection.enabled')?.Value;
    };
    expect(await protection()).toBe('true');
    await world.elb.send(
      new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes: [{ Key: 'deletion_protection.enabled', Value: 'false' }] }),
    );
    expect(await protection()).toBe('false');
  });

  test('removes the stacks', async () => {
    const { Resources } = world.template;
    const retained = Object.entries(Resources)
      .filter(([, { DeletionPolicy }]) => DeletionPolicy === 'RetainExceptOnCreate')
      .map(([id]) => id);
    expect([...new Set(retained.map((id) => Resources[id].Type))].sort()).toEqual([...STATEFUL].sort());
    keptLogs = retained.filter((id) => Resources[id].Type === 'AWS::Logs::LogGroup').map((id) => world.physicalId(id));
    secretsBefore = await secretValues(
      world,
      retained.filter((id) => Resources[id].Type === 'AWS::SecretsManager::Secret').map((id) => world.physicalId(id)),
    );
    symbolSetKeys = secretArns().get('SymbolSetKeysSecret')!;
    await world.stage('cdk destroy', async () => {
      await world.cdk.succeed(['destroy', '--all', '--force']);
    });
    for (const StackName of world.stacks) {
      await expect(world.cloudFormation.send(new DescribeStacksCommand({ StackName }))).rejects.toThrow('does not exist');
    }
  });

  test('leaves no load balancer, service or network', async () => {
    expect((await world.elb.send(new DescribeLoadBalancersCommand())).LoadBalancers).toEqual([]);
    expect((await world.elb.send(new DescribeTargetGroupsCommand())).TargetGroups).toEqual([]);
    expect((await servicesOf(world)).filter(({ status }) => status === 'ACTIVE')).toEqual([]);
    expect((await world.ec2.send(new DescribeNatGatewaysCommand())).NatGateways?.filter(({ State }) => State !== 'deleted')).toEqual([]);
    expect((await world.ec2.send(new DescribeVpcsCommand())).Vpcs?.filter(({ IsDefault }) => !IsDefault)).toEqual([]);
  });

  test('leaves nobody who could still read symbol sets', async () => {
    await expect(secretValues(world, [symbolSetKeys])).rejects.toThrow("can't find the specified secret");
    expect(world.aws.ask<{ Users: unknown[] }>('iam', 'list_users').Users).toEqual([]);
  });

  test('leaves the secrets as they were, and the logs of the processes', async () => {
    expect(Object.keys(secretsBefore)).toHaveLength(9);
    expect(await secretValues(world, Object.keys(secretsBefore))).toEqual(secretsBefore);
    // One for each of the seven default products, one for the app, and those of the migration and of upkeep.
    expect(keptLogs).toHaveLength(10);
    const left = await logGroupNames(world);
    expect(left).toEqual(expect.arrayContaining(keptLogs));
    expect(left.filter((name) => !keptLogs.includes(name) && !name.startsWith('/aws/lambda/'))).toEqual([]);
  });
});

describe('what the emulated AWS does not model', () => {
  // Whether the whole table is right is tested where every type of resource is deployed: in stores.test.ts.
  test('is in the table', () => {
    expect(unlisted(world.skippedTypes)).toEqual([]);
  });
});
