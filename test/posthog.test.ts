import { App, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Port, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { IpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { NatMode, Postgres, PostHog, PostHogNetwork, PostHogProcess } from '../lib';
import { DEFAULT_PRODUCTS, deployedProcesses } from '../lib/catalog/processes/deployed-processes';
import { certificate, environmentOf, givenPostgres, newPostHog, newStack, only, stores } from './helpers/stack';
import { idOf, ofType, serviceOf, serviceResourceOf } from './helpers/template';
import { NAMES, NETWORK, build, synth, importedVpc } from './posthog-fixtures';

describe('a PostHog with the required props only', () => {
  const { stack, posthog } = build(() => ({ products: undefined }));
  const template = Template.fromStack(stack);

  test('creates a network, a cluster, a load balancer and the services', () => {
    template.resourceCountIs('AWS::EC2::VPC', 1);
    template.resourceCountIs('AWS::ECS::Cluster', 1);
    template.resourceCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', 1);
    const definitions = deployedProcesses(DEFAULT_PRODUCTS);
    template.resourceCountIs('AWS::ECS::Service', definitions.length);
    template.resourceCountIs('AWS::ElasticLoadBalancingV2::TargetGroup', definitions.filter(({ http }) => http).length);
    // Nine of PostHog itself, and the keys to symbol sets.
    template.resourceCountIs('AWS::SecretsManager::Secret', 10);
  });

  test('creates no data store, no certificate and no record', () => {
    for (const type of [
      'AWS::RDS::DBInstance',
      'AWS::RDS::DBCluster',
      'AWS::ElastiCache::ReplicationGroup',
      'AWS::MSK::Cluster',
      'AWS::EC2::Instance',
      'AWS::S3::Bucket',
      'AWS::CertificateManager::Certificate',
      'AWS::Route53::RecordSet',
    ]) {
      template.resourceCountIs(type, 0);
    }
  });

  test('has no Container Insights', () => {
    expect(only(template, 'AWS::ECS::Cluster')).toEqual({ ClusterSettings: [{ Name: 'containerInsights', Value: 'disabled' }] });
  });

  test('registers processes below a name of its own, which is not the domain name', () => {
    expect(only(template, 'AWS::ServiceDiscovery::PrivateDnsNamespace')).toMatchObject({ Name: 'stack-posthog-c18fa0be.internal' });
    expect(environmentOf(template, 'web')).toMatchObject({
      FEATURE_FLAGS_SERVICE_URL: 'http://feature-flags.stack-posthog-c18fa0be.internal:3001',
      CAPTURE_INTERNAL_URL: 'http://capture.stack-posthog-c18fa0be.internal:3000',
      CAPTURE_REPLAY_INTERNAL_URL: 'http://replay-capture.stack-posthog-c18fa0be.internal:3000',
    });
  });

  test('configures the app for the load balancer, and the Rust services not', () => {
    const { IS_BEHIND_PROXY, DISABLE_SECURE_SSL_REDIRECT, ALLOWED_HOSTS, SITE_URL, TRUSTED_PROXIES } = environmentOf(template, 'web') as Record<
      string,
      string
    >;
    expect({ IS_BEHIND_PROXY, DISABLE_SECURE_SSL_REDIRECT, ALLOWED_HOSTS, SITE_URL }).toEqual({
      IS_BEHIND_PROXY: 'True',
      DISABLE_SECURE_SSL_REDIRECT: 'True',
      ALLOWED_HOSTS: 'posthog.example.com,web.stack-posthog-c18fa0be.internal',
      SITE_URL: 'https://posthog.example.com',
    });
    expect(TRUSTED_PROXIES.split(',')).toHaveLength(54);
    expect(environmentOf(template, 'capture')).not.toHaveProperty('TRUSTED_PROXIES');
  });

  test('protects the load balancer from deletion', () => {
    expect(only(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').LoadBalancerAttributes).toContainEqual({
      Key: 'deletion_protection.enabled',
      Value: 'true',
    });
  });

  test('exposes its URL, network and cluster', () => {
    expect(posthog.url).toBe('https://posthog.example.com');
    expect(posthog.url).toBe(posthog.ingress.url);
    expect(posthog.network?.vpc).toBe(posthog.vpc);
    expect(posthog.cluster.vpc).toBe(posthog.vpc);
  });

  test('exposes the service of each process', () => {
    for (const process of NAMES as PostHogProcess[]) {
      expect(posthog.service(process).process).toBe(process);
      expect(posthog.service(process).taskDefinition.defaultContainer?.containerName).toBe(process);
    }
  });

  test('service() refuses a process that is not deployed', () => {
    expect(() => build(() => ({})).posthog.service(PostHogProcess.PLUGINS)).toThrow(
      `\`process\` must be one of ${NAMES.join(', ')}, got: 'plugins'; add one of data-pipelines to \`products\``,
    );
  });

  test('warns of alarms that nobody receives, and of nothing else', () => {
    const warnings = (one: Stack) =>
      Annotations.fromStack(one)
        .findWarning('*', Match.anyValue())
        .map(({ entry }) => entry.data);
    const expected = [expect.stringContaining('nobody receives alarms') as string];
    expect(warnings(stack)).toEqual(expected);
    expect(warnings(build(() => ({})).stack)).toEqual(expected);
    expect(warnings(build(() => ({ alarms: { email: 'operator@example.com' } })).stack)).toEqual([]);
  });
});

describe('existing resources', () => {
  test('an existing VPC replaces the whole network', () => {
    const { stack, posthog } = build((scope) => ({ vpc: importedVpc(scope) }));
    const template = Template.fromStack(stack);
    NETWORK.forEach((type) => template.resourceCountIs(type, 0));
    expect(posthog.network).toBeUndefined();
    expect(only(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').Subnets).toEqual(['subnet-public-a', 'subnet-public-b', 'subnet-public-c']);
    expect(serviceOf(template, 'web').NetworkConfiguration.AwsvpcConfiguration.Subnets).toEqual([
      'subnet-private-a',
      'subnet-private-b',
      'subnet-private-c',
    ]);
    expect((environmentOf(template, 'web').TRUSTED_PROXIES as string).split(',')).toHaveLength(81);
  });

  test('an existing data store can admit the migration through its `connections`', () => {
    const { stack, posthog } = build((scope) => ({ vpc: importedVpc(scope) }));
    new SecurityGroup(stack, 'Mine', { vpc: posthog.vpc, description: 'a store' }).connections.allowFrom(
      posthog.migration,
      Port.tcp(5432),
      'migration',
    );
    const [migration] = ofType(Template.fromStack(stack), 'AWS::EC2::SecurityGroup').filter(
      ([, { Properties }]) => Properties.GroupDescription === 'PostHog migration: tasks',
    );
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Mine'), 'GroupId'] },
      SourceSecurityGroupId: { 'Fn::GetAtt': [migration[0], 'GroupId'] },
      FromPort: 5432,
    });
  });

  test('`serviceSubnets` selects isolated subnets of a VPC without private ones', () => {
    const template = synth((scope) => {
      const vpc = new Vpc(scope, 'Given', {
        natGateways: 0,
        subnetConfiguration: [
          { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 27 },
          { name: 'Apps', subnetType: SubnetType.PRIVATE_ISOLATED },
        ],
      });
      return { vpc, serviceSubnets: { subnetGroupName: 'Apps' } };
    });
    expect(JSON.stringify(serviceOf(template, 'capture').NetworkConfiguration.AwsvpcConfiguration.Subnets)).toMatch(
      /GivenAppsSubnet1.*GivenAppsSubnet2/,
    );
  });

  test('refuses public subnets in `serviceSubnets`', () => {
    expect(() => build((scope) => ({ vpc: importedVpc(scope), serviceSubnets: { subnetType: SubnetType.PUBLIC } }))).toThrow(
      '[Stack/PostHog] `serviceSubnets` must be private: tasks have no public IP address and no outbound access from a public subnet',
    );
  });

  test('refuses SNAPSHOT as `removalPolicy`', () => {
    expect(() => build(() => ({ removalPolicy: RemovalPolicy.SNAPSHOT }))).toThrow('[Stack/PostHog] `removalPolicy` must be RETAIN or DESTROY');
  });

  test('tasks avoid the subnets of an internal load balancer, or a warning is added', () => {
    const own = build((scope) => ({ vpc: new PostHogNetwork(scope, 'Own', { publicLoadBalancer: false }).vpc, publicLoadBalancer: false }));
    const subnets = JSON.stringify(serviceOf(Template.fromStack(own.stack), 'web').NetworkConfiguration.AwsvpcConfiguration.Subnets);
    expect(subnets).toContain('ServiceSubnet1');
    expect(subnets).not.toContain('LoadBalancerSubnet');
    Annotations.fromStack(own.stack).hasNoWarning('/Stack/PostHog', Match.stringLikeRegexp('share their subnets'));
    const shared = build((scope) => ({ vpc: importedVpc(scope), publicLoadBalancer: false }));
    expect(Annotations.fromStack(shared.stack).findWarning('/Stack/PostHog', Match.stringLikeRegexp('share their subnets'))).toHaveLength(1);
  });

  test('an existing cluster replaces the cluster and the network', () => {
    const { stack, posthog } = build((scope) => ({
      cluster: Cluster.fromClusterAttributes(scope, 'Cluster', { clusterName: 'ours', vpc: importedVpc(scope), securityGroups: [] }),
    }));
    const template = Template.fromStack(stack);
    [...NETWORK, 'AWS::ECS::Cluster'].forEach((type) => template.resourceCountIs(type, 0));
    expect(posthog.vpc.vpcId).toBe('vpc-0123456789abcdef0');
    for (const name of NAMES) {
      expect(serviceOf(template, name)).toMatchObject({ Cluster: 'ours' });
    }
  });

  test('accepts a cluster together with its VPC', () => {
    expect(() =>
      build((scope) => {
        const vpc = importedVpc(scope);
        return { vpc, cluster: Cluster.fromClusterAttributes(scope, 'Cluster', { clusterName: 'ours', vpc, securityGroups: [] }) };
      }),
    ).not.toThrow();
  });

  test('uses a PostHogNetwork of the same stack, and creates no other', () => {
    const template = synth((scope) => {
      const network = new PostHogNetwork(scope, 'Shared', { nat: NatMode.NONE });
      return { vpc: network.vpc, loadBalancerSubnets: network.loadBalancerSubnets, serviceSubnets: network.serviceSubnets };
    });
    template.resourceCountIs('AWS::EC2::VPC', 1);
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    expect((only(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').Subnets as unknown[]).map(idOf)).toEqual([
      expect.stringMatching(/^SharedVpcLoadBalancerSubnet1/),
      expect.stringMatching(/^SharedVpcLoadBalancerSubnet2/),
    ]);
    expect(serviceOf(template, 'worker').NetworkConfiguration.AwsvpcConfiguration.Subnets.map(idOf)).toEqual([
      expect.stringMatching(/^SharedVpcServiceSubnet1/),
      expect.stringMatching(/^SharedVpcServiceSubnet2/),
    ]);
  });

  test('finds the tiers of subnets in the VPC of a PostHogNetwork', () => {
    const template = synth((scope) => ({ vpc: new PostHogNetwork(scope, 'Shared').vpc }));
    expect(JSON.stringify(only(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').Subnets)).not.toContain('Egress');
    expect((environmentOf(template, 'web').TRUSTED_PROXIES as string).split(',')).toHaveLength(54);
    expect(serviceOf(template, 'worker').NetworkConfiguration.AwsvpcConfiguration.Subnets.map(idOf)).toEqual([
      expect.stringMatching(/^SharedVpcServiceSubnet1/),
      expect.stringMatching(/^SharedVpcServiceSubnet2/),
    ]);
  });

  test('uses an existing secret, and creates none in its place', () => {
    const template = synth((scope) => ({ encryptionSaltKeys: Secret.fromSecretNameV2(scope, 'Keys', 'our-keys') }));
    template.resourceCountIs('AWS::SecretsManager::Secret', 8);
    expect(JSON.stringify(environmentOf(template, 'web').ENCRYPTION_SALT_KEYS)).toContain(':secret:our-keys');
  });

  test('creates a certificate and a record in an existing hosted zone', () => {
    const template = synth((scope) => ({
      certificate: undefined,
      domainZone: HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId: 'Z123', zoneName: 'example.com' }),
    }));
    template.resourceCountIs('AWS::CertificateManager::Certificate', 1);
    template.hasResourceProperties('AWS::Route53::RecordSet', { Name: 'posthog.example.com.', Type: 'A', HostedZoneId: 'Z123' });
  });
});

test('the domain name resolves once the app and data pipelines have started, so that no team is created without GeoIP', () => {
  const template = synth((scope) => ({
    products: [...DEFAULT_PRODUCTS],
    domainZone: HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' }),
    ipAddressType: IpAddressType.DUAL_STACK,
  }));
  const started = [PostHogProcess.PLUGINS, PostHogProcess.WEB].map((process) => serviceResourceOf(template, process)[0]);
  const records = ofType(template, 'AWS::Route53::RecordSet').filter(([, { Properties }]) => Properties.Name === 'posthog.example.com.');
  expect(records.map(([, { DependsOn }]) => DependsOn?.filter((id) => id.includes('Services')))).toEqual([started, started]);
});

test('two PostHogs can share a stack and a VPC', () => {
  const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
  newPostHog(stack, { vpc: importedVpc(stack) }, 'One');
  newPostHog(stack, { vpc: importedVpc(stack, 'Again'), domainName: 'other.example.com' }, 'Two');
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::ECS::Service', 2 * NAMES.length);
  template.resourceCountIs('AWS::ECS::Cluster', 2);
  expect(ofType<{ Name: string }>(template, 'AWS::ServiceDiscovery::PrivateDnsNamespace').map(([, { Properties }]) => Properties.Name)).toEqual([
    'stack-one-30a4127a.internal',
    'stack-two-3036a41a.internal',
  ]);
});

test('data stores of another stack do not depend on the stack of PostHog', () => {
  const app = new App({ analyticsReporting: false });
  const one = new Stack(app, 'Platform');
  const { vpc, loadBalancerSubnets, serviceSubnets } = new PostHogNetwork(one, 'Network');
  const securityGroups = [new SecurityGroup(one, 'Stores', { vpc })];
  const two = new Stack(app, 'PostHog');
  const given = stores(one);
  const postgres = Postgres.fromPostgresAttributes(one, 'Db', { ...givenPostgres(one), urlSecret: new Secret(one, 'Url'), securityGroups });
  new PostHog(two, 'PostHog', {
    domainName: 'posthog.example.com',
    certificate: certificate(two),
    vpc,
    loadBalancerSubnets,
    serviceSubnets,
    ...given,
    postgres,
  });
  expect(() => app.synth()).not.toThrow();
  expect(one.dependencies).toEqual([]);
  expect(Object.keys(Template.fromStack(two).findResources('AWS::EC2::SecurityGroupIngress', { Properties: { FromPort: 5432 } }))).toHaveLength(2);
});

test('accepts data stores of another stack of the app', () => {
  const app = new App({ analyticsReporting: false });
  const one = new Stack(app, 'Stores');
  const two = new Stack(app, 'PostHog');
  new PostHog(two, 'PostHog', { domainName: 'posthog.example.com', certificate: certificate(two), ...stores(one) });
  expect(() => Template.fromStack(two)).not.toThrow();
});
