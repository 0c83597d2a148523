import { CfnParameter, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, CpuArchitecture, Secret as EcsSecret } from 'aws-cdk-lib/aws-ecs';
import { IpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ClientAddress, NatMode, PostHogImages, PostHogProcess, PostHogProps, PostHogRelease, Product } from '../lib';
import { deployedProcesses } from '../lib/catalog/processes/deployed-processes';
import { environmentOf, only } from './helpers/stack';
import { containerOf, executionRoleStatements, ofType } from './helpers/template';
import { NAMES, DIGEST, build, synth, importedVpc } from './posthog-fixtures';

describe('props', () => {
  test('`release` sets the image of each process', () => {
    const images: PostHogImages = {
      app: `app@${DIGEST}`,
      node: `node@${DIGEST}`,
      capture: `capture@${DIGEST}`,
      propertyDefs: `defs@${DIGEST}`,
      personhogReplica: `replica@${DIGEST}`,
      personhogRouter: `router@${DIGEST}`,
    };
    const template = synth(() => ({ products: [Product.EVENTS], release: PostHogRelease.of('mine', images) }));
    const definitions = deployedProcesses([Product.EVENTS]);
    expect(definitions.map(({ process }) => containerOf(template, process).Image)).toEqual(definitions.map(({ image }) => images[image]));
  });

  test('refuses a release without the image of a deployed process', () => {
    expect(() => build(() => ({ release: PostHogRelease.of('mine', { app: `app@${DIGEST}` }) }))).toThrow(
      "[Stack/PostHog] `release` must have the image `personhogReplica`, because personhog-replica is deployed, got: 'mine'; add it, or leave out the product that the process belongs to",
    );
  });

  test.each([
    ['x86-64 by default', ['X86_64', 'ARM64'], undefined, 'X86_64'],
    ['the only architecture of the release', ['ARM64'], undefined, 'ARM64'],
    ['the architecture of `cpuArchitecture`', ['X86_64', 'ARM64'], 'ARM64', 'ARM64'],
  ])('all tasks, including the migration, run on %s', (_, platforms, asked, architecture) => {
    const template = synth(() => ({
      release: PostHogRelease.of('mine', PostHogRelease.V2026_09_11_R2.images, { platforms: platforms.map((name) => CpuArchitecture.of(name)) }),
      cpuArchitecture: asked === undefined ? undefined : CpuArchitecture.of(asked),
    }));
    const tasks = ofType<{ RuntimePlatform: { CpuArchitecture: string } }>(template, 'AWS::ECS::TaskDefinition');
    expect(tasks.map(([id]) => id)).toContainEqual(expect.stringContaining('Migration'));
    expect([...new Set(tasks.map(([, { Properties }]) => Properties.RuntimePlatform.CpuArchitecture))]).toEqual([architecture]);
  });

  test('refuses a `cpuArchitecture` that the release does not support', () => {
    expect(() => build(() => ({ cpuArchitecture: CpuArchitecture.ARM64 }))).toThrow(
      '[Stack/PostHog] `cpuArchitecture` must be X86_64 with the release 2026-09-11',
    );
  });

  test('warns about images without a digest by name, and about no others', () => {
    const { stack } = build(() => ({
      release: PostHogRelease.of('mine', { ...PostHogRelease.V2026_09_11_R2.images, app: 'posthog/posthog:latest', capture: 'capture:master' }),
    }));
    Annotations.fromStack(stack).hasWarning(
      '/Stack/PostHog',
      'the content of these images can change with every restart of a task: posthog/posthog:latest, capture:master; name each by its digest (name@sha256:...) [ack: cdk-posthog:PostHog.floatingImage]',
    );
  });

  test('warns about images outside of ECR without NAT', () => {
    const ecr = `111122223333.dkr.ecr.eu-central-1.amazonaws.com/posthog@${DIGEST}`;
    const inEcr = Object.fromEntries(Object.keys({ ...PostHogRelease.V2026_09_11_R2.images }).map((name) => [name, ecr])) as unknown as PostHogImages;
    const inReach = PostHogRelease.of('mine', inEcr);
    const warnings = (props: Partial<PostHogProps>) =>
      Annotations.fromStack(build(() => props).stack)
        .findWarning('/Stack/PostHog', Match.stringLikeRegexp('imagesOutOfReach'))
        .map(({ entry }) => entry.data as string);
    expect(warnings({ nat: NatMode.NONE, release: PostHogRelease.of('mine', { ...inEcr, capture: `capture@${DIGEST}` }) })).toEqual([
      'isolated subnets have no route to the internet that the CDK knows, so tasks there can pull images from ECR only, and these are not in ECR: ' +
        `capture@${DIGEST}; copy them to ECR and name the copies with ` +
        '`release: PostHogRelease.of(...)`, and that of nginx with `clientAddress: ClientAddress.verified({ image })` [ack: cdk-posthog:PostHog.imagesOutOfReach]',
    ]);
    expect(warnings({ nat: NatMode.NONE })).toEqual([expect.stringMatching(/not in ECR: posthog\/posthog@/)]);
    expect(warnings({ nat: NatMode.NONE, release: inReach, clientAddress: ClientAddress.verified() })).toEqual([
      expect.stringMatching(/not in ECR: docker.io\/nginxinc\/[^, ]+; copy/),
    ]);
    expect(warnings({ nat: NatMode.NONE, release: inReach })).toEqual([]);
    expect(warnings({ nat: NatMode.SINGLE })).toEqual([]);
  });

  test('only processes that run an image in ECR may pull it', () => {
    const template = synth(() => ({
      release: PostHogRelease.of('mine', {
        ...PostHogRelease.V2026_09_11_R2.images,
        app: `111122223333.dkr.ecr.eu-central-1.amazonaws.com/posthog@${DIGEST}`,
      }),
    }));
    expect(NAMES.filter((name) => JSON.stringify(executionRoleStatements(template, name)).includes('repository/posthog'))).toEqual(['web', 'worker']);
  });

  test('`removalPolicy` DESTROY deletes secrets, logs and the load balancer with the stack', () => {
    const template = synth(() => ({ removalPolicy: RemovalPolicy.DESTROY }));
    template.allResources('AWS::SecretsManager::Secret', { DeletionPolicy: 'Delete' });
    template.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });
    expect(only(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').LoadBalancerAttributes).toContainEqual({
      Key: 'deletion_protection.enabled',
      Value: 'false',
    });
  });

  test('`deletionProtection` overrides the one of `removalPolicy`', () => {
    const template = synth(() => ({ removalPolicy: RemovalPolicy.DESTROY, deletionProtection: true }));
    expect(only(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').LoadBalancerAttributes).toContainEqual({
      Key: 'deletion_protection.enabled',
      Value: 'true',
    });
  });

  test('an internal load balancer is in private subnets, and only NAT is in public ones', () => {
    const template = synth(() => ({ publicLoadBalancer: false }));
    expect(only(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer')).toMatchObject({ Scheme: 'internal' });
    const routes = ofType(template, 'AWS::EC2::Route')
      .filter(([, { Properties }]) => Properties.GatewayId)
      .map(([id]) => id);
    expect(routes).toEqual([expect.stringContaining('EgressSubnet1'), expect.stringContaining('EgressSubnet2')]);
  });

  test('a dual-stack load balancer gives the network IPv6', () => {
    const template = synth(() => ({ ipAddressType: IpAddressType.DUAL_STACK }));
    expect(only(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer')).toMatchObject({ IpAddressType: 'dualstack' });
    template.resourceCountIs('AWS::EC2::VPCCidrBlock', 1);
  });

  test.each([
    [NatMode.PER_ZONE, 2],
    [NatMode.NONE, 0],
  ])('`nat` %s creates %i NAT gateways', (nat, count) => {
    synth(() => ({ nat })).resourceCountIs('AWS::EC2::NatGateway', count);
  });

  test('accepts a token as `domainName`', () => {
    const template = synth((scope) => ({ domainName: new CfnParameter(scope, 'Domain').valueAsString }));
    expect(environmentOf(template, 'web')).toMatchObject({
      ALLOWED_HOSTS: { Ref: 'Domain' },
      SITE_URL: { 'Fn::Join': ['', ['https://', { Ref: 'Domain' }]] },
    });
  });
});

describe('errors', () => {
  const at = '[Stack/PostHog] ';

  test('refuses an unknown process in `serviceOptions`', () => {
    expect(() => build(() => ({ serviceOptions: [{ process: 'wbe' as PostHogProcess }] }))).toThrow(
      `${at}\`serviceOptions[0].process\` must be one of ${NAMES.join(', ')}, got: 'wbe'`,
    );
  });

  test('refuses a process in `serviceOptions` that is not deployed, and names the product that deploys it', () => {
    expect(() => build(() => ({ serviceOptions: [{ process: PostHogProcess.WEB }, { process: PostHogProcess.PLUGINS }] }))).toThrow(
      /`serviceOptions\[1\]\.process` must be one of .*, got: 'plugins'; add one of data-pipelines to `products`/,
    );
  });

  test('refuses the same process twice in `serviceOptions`', () => {
    const twice = [{ process: PostHogProcess.WEB, cpu: 1024 }, { process: PostHogProcess.WORKER }, { process: PostHogProcess.WEB, minTasks: 3 }];
    expect(() => build(() => ({ serviceOptions: twice }))).toThrow(
      `${at}\`serviceOptions[2].process\` must not be that of \`serviceOptions[0]\`, got: 'web'; merge the two entries`,
    );
  });

  test.each(['vpc', 'cluster'])('refuses `nat` together with `%s`', (prop) => {
    const message = `${at}\`nat\` cannot be combined with \`vpc\` or \`cluster\`: an existing VPC has its own route to the internet, got: 'single'; leave it out`;
    expect(() =>
      build((scope) => {
        const vpc = importedVpc(scope);
        return { nat: NatMode.SINGLE, ...(prop === 'vpc' ? { vpc } : { cluster: new Cluster(scope, 'Cluster', { vpc }) }) };
      }),
    ).toThrow(message);
  });

  test('refuses a `vpc` that is not the one of `cluster`', () => {
    expect(() => build((scope) => ({ vpc: importedVpc(scope), cluster: new Cluster(scope, 'Cluster', { vpc: new Vpc(scope, 'Other') }) }))).toThrow(
      `${at}\`vpc\` must be the VPC of \`cluster\`, got: Stack/Given; leave \`vpc\` out, or pass a cluster in that VPC`,
    );
  });

  test('accepts a VPC that was imported twice, for `cluster` and for `vpc`', () => {
    expect(() =>
      build((scope) => ({ vpc: importedVpc(scope), cluster: new Cluster(scope, 'Cluster', { vpc: importedVpc(scope, 'Again') }) })),
    ).not.toThrow();
  });

  test('refuses a VPC without private subnets', () => {
    expect(() => build((scope) => ({ vpc: importedVpc(scope, 'Given', { isPublic: true }) }))).toThrow(
      `${at}\`vpc\` must have private subnets with egress, got: Stack/Given; add them, or select the subnets with \`serviceSubnets\``,
    );
  });

  test('refuses props with neither a certificate nor a hosted zone', () => {
    expect(() => build(() => ({ certificate: undefined }))).toThrow('`domainZone` or `certificate` is required');
  });

  test.each(['environment', 'secrets'])('refuses a variable of the library in `%s`', (prop) => {
    const value = (stack: Stack) => (prop === 'secrets' ? EcsSecret.fromSecretsManager(Secret.fromSecretNameV2(stack, 'Mine', 'mine')) : 'x');
    expect(() => build((stack) => ({ [prop]: { SECRET_KEY: value(stack) } }))).toThrow(
      `[Stack/PostHog/Services/Web] \`${prop}\` must not set a variable that the library manages, got: 'SECRET_KEY'`,
    );
  });
});
