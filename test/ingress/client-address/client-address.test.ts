import { CfnParameter, Duration, Fn, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  ContainerImage,
  Ec2TaskDefinition,
  FargateService,
  FargateTaskDefinition,
  LogDrivers,
  NetworkMode,
  TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import {
  AppAccess,
  Cdn,
  ClientAddress,
  ClientAddressProxyOptions,
  PostHogIngress,
  PostHogIngressProps,
  PostHogProcess,
  TrustedProxies,
} from '../../../lib';
import { newIngress, newTargets, newVpc } from '../fixtures';
import { newStack } from '../../helpers/stack';
import { addressProxyOf, Container, executionRoleStatements, ofType, taskOf } from '../../helpers/template';

const IMAGE = 'docker.io/nginxinc/nginx-unprivileged:1.29-alpine@sha256:0c79d56aee561a1d81c63f00eee5fb5fe29279560cdc55e91425133104c7fbe6';

function task(scope: Stack, id = 'Task'): FargateTaskDefinition {
  const taskDefinition = new FargateTaskDefinition(scope, id);
  taskDefinition.addContainer('mine', { image: ContainerImage.fromRegistry('mine') });
  return taskDefinition;
}

function verified(stack: Stack, props: Partial<PostHogIngressProps> = {}): PostHogIngress {
  return newIngress(stack, { appAccess: AppAccess.nobody(), clientAddress: ClientAddress.verified(), ...props });
}

/** The nginx sidecar of a task definition of the user. */
function proxy(props: Partial<PostHogIngressProps> = {}, options: Partial<ClientAddressProxyOptions> = {}, stack = newStack()): Container {
  verified(stack, props).addClientAddressProxy(task(stack), { upstreamPort: 8000, ...options });
  return addressProxyOf(Template.fromStack(stack), 'mine')!;
}

/** The configuration of nginx, with references in angle brackets. */
function configOf(container: Container): string {
  const value = container.Environment!.find(({ Name }) => Name === 'NGINX_CONF')!.Value;
  return typeof value === 'string' ? value : text(value);
}

function text(value: unknown): string {
  const join = (value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'];
  if (!join) {
    return typeof value === 'string' ? value : `<${JSON.stringify(value)}>`;
  }
  return Array.isArray(join[1]) ? join[1].map(text).join(join[0]) : `<${JSON.stringify(join[1])} joined by ${JSON.stringify(join[0])}>`;
}

function trusted(container: Container): string[] {
  return [...configOf(container).matchAll(/set_real_ip_from ([^;\n]*);$/gm)].map(([, block]) => block);
}

describe('ClientAddress.forwarded(), the default', () => {
  test('does not change the environment of Django', () => {
    const stack = newStack();
    const vpc = newVpc(stack);
    const [left, given] = [newIngress(stack, { vpc }, 'Left'), newIngress(stack, { vpc, clientAddress: ClientAddress.forwarded() }, 'Given')];
    expect(given.proxyEnvironment).toEqual(left.proxyEnvironment);
    expect(left.proxyEnvironment.TRUSTED_PROXIES.split(',')).toHaveLength(54);
  });

  test('refuses addClientAddressProxy()', () => {
    const stack = newStack();
    expect(() => newIngress(stack).addClientAddressProxy(task(stack), { upstreamPort: 8000 })).toThrow(
      '[Stack/Ingress] `clientAddress` must be verified for this method; set `clientAddress: ClientAddress.verified()`',
    );
  });
});

describe('ClientAddress.verified()', () => {
  test('Django trusts its nginx sidecar, and the ingress has the proxies that nginx trusts', () => {
    const ingress = verified(newStack());
    expect(ingress.proxyEnvironment).toMatchObject({ IS_BEHIND_PROXY: 'True', TRUSTED_PROXIES: '127.0.0.1' });
    expect(ingress.proxyEnvironment).not.toHaveProperty('TRUST_ALL_PROXIES');
    expect(ingress.trustedProxies.addresses).toHaveLength(54);
  });

  test('nginx forwards to the process, starts after it and stops before it', () => {
    expect(proxy()).toMatchObject({
      Name: 'client-address',
      Image: IMAGE,
      Essential: true,
      User: '101',
      EntryPoint: ['/bin/sh', '-c'],
      PortMappings: [{ ContainerPort: 18080, Protocol: 'tcp' }],
      DependsOn: [{ ContainerName: 'mine', Condition: 'START' }],
      StopTimeout: 30,
    });
    expect(proxy().Command![0]).toContain('printf %s "$NGINX_CONF" > /tmp/nginx.conf\n');
    expect(configOf(proxy())).toContain('server 127.0.0.1:8000;');
    expect(configOf(proxy())).toContain('listen 18080;');
    expect(configOf(proxy())).toContain('worker_shutdown_timeout 25s;');
  });

  test('the target of the load balancer is nginx', () => {
    const stack = newStack();
    expect(verified(stack).addClientAddressProxy(task(stack), { upstreamPort: 8000 })).toEqual({
      containerName: 'client-address',
      containerPort: 18080,
    });
  });

  test('the load balancer can connect to nginx, and not to the process', () => {
    const stack = newStack();
    const vpc = newVpc(stack);
    const ingress = verified(stack, { vpc });
    const taskDefinition = task(stack);
    const target = ingress.addClientAddressProxy(taskDefinition, { upstreamPort: 8000 });
    const service = new FargateService(stack, 'Service', {
      cluster: new Cluster(stack, 'Cluster', { vpc }),
      taskDefinition,
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
    });
    const targets = newTargets(stack, 'Targets', vpc);
    targets.addTarget(service.loadBalancerTarget(target));
    ingress.route(PostHogProcess.CAPTURE, targets);
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::ECS::Service', { LoadBalancers: [{ ContainerName: 'client-address', ContainerPort: 18080 }] });
    expect(ofType<{ FromPort: number }>(template, 'AWS::EC2::SecurityGroupIngress').map(([, { Properties }]) => Properties.FromPort)).toEqual([
      18080,
    ]);
  });
});

describe('the trusted proxies of nginx', () => {
  test('are the subnets of the load balancer, as CIDR blocks', () => {
    const stack = newStack();
    const vpc = Vpc.fromVpcAttributes(stack, 'Given', {
      vpcId: 'vpc-1',
      availabilityZones: ['a', 'b'],
      publicSubnetIds: ['p1', 'p2'],
      publicSubnetRouteTableIds: ['r1', 'r2'],
      publicSubnetIpv4CidrBlocks: ['10.9.0.0/27', '10.9.0.32/27'],
    });
    expect(trusted(proxy({ vpc }, {}, stack))).toEqual(['10.9.0.0/27', '10.9.0.32/27']);
  });

  test('are the addresses of `trustedProxies`', () => {
    expect(trusted(proxy({ trustedProxies: TrustedProxies.fromAddresses(['10.0.0.4', '2001:db8::4']) }))).toEqual(['10.0.0.4/32', '2001:db8::4/128']);
  });

  test('are a list that CloudFormation resolves, one per line', () => {
    const stack = newStack();
    const list = new CfnParameter(stack, 'Addresses', { type: 'CommaDelimitedList' }).valueAsList;
    expect(configOf(proxy({ trustedProxies: TrustedProxies.fromAddresses(list) }, {}, stack))).toContain(
      '  set_real_ip_from <{"Ref":"Addresses"} joined by ";\\n  set_real_ip_from ">;\n',
    );
  });

  test('are an address that CloudFormation resolves', () => {
    expect(trusted(proxy({ trustedProxies: TrustedProxies.fromAddresses(['10.0.0.4', Fn.importValue('Proxy')]) }))).toEqual([
      '10.0.0.4/32',
      '<{"Fn::ImportValue":"Proxy"}>',
    ]);
  });

  test('include the content delivery network', () => {
    const trustedProxies = TrustedProxies.fromAddresses(['10.0.0.4']);
    const container = proxy({
      trustedProxies,
      clientAddress: ClientAddress.verified({ cdn: Cdn.fromCidrs(['198.51.100.0/25', '2001:db8:cd::/48']) }),
    });
    expect(trusted(container)).toEqual(['10.0.0.4/32', '198.51.100.0/25', '2001:db8:cd::/48']);
  });

  test('do not include a client that sends the headers of a network, with or without `cdn`', () => {
    expect(configOf(proxy())).toContain('proxy_set_header CF-Connecting-IPv6 "";');
  });

  test('include a network whose blocks CloudFormation resolves', () => {
    const stack = newStack();
    const cdn = Cdn.fromCidrs(Fn.split(',', Fn.importValue('Edge')));
    const config = configOf(
      proxy({ trustedProxies: TrustedProxies.fromAddresses(['10.0.0.4']), clientAddress: ClientAddress.verified({ cdn }) }, {}, stack),
    );
    expect(config).toContain('  set_real_ip_from 10.0.0.4/32;\n  set_real_ip_from <');
    expect(config).toContain('joined by ";\\n  set_real_ip_from ">;\n');
  });

  test('must not be every proxy', () => {
    expect(() => verified(newStack(), { trustedProxies: TrustedProxies.all() })).toThrow(
      "[Stack/Ingress] `trustedProxies` must not be TrustedProxies.all() with verified client addresses; leave it out, or name the load balancer's addresses",
    );
  });
});

describe('the nginx sidecar in a task definition of the user', () => {
  test('uses another image', () => {
    expect(proxy({ clientAddress: ClientAddress.verified({ image: 'registry.example.com/nginx:1' }) }).Image).toBe('registry.example.com/nginx:1');
  });

  test('uses an image of a private ECR repository, with permission to pull it', () => {
    const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
    const image = `111122223333.dkr.ecr.eu-central-1.amazonaws.com/nginx@sha256:${'a'.repeat(64)}`;
    verified(stack, { clientAddress: ClientAddress.verified({ image }) }).addClientAddressProxy(task(stack), { upstreamPort: 8000 });
    expect(executionRoleStatements(Template.fromStack(stack), 'mine').flatMap(({ resources }) => resources)).toContain(
      'arn:aws:ecr:eu-central-1:111122223333:repository/nginx',
    );
  });

  test('fails with an invalid image', () => {
    expect(() => ClientAddress.verified({ image: 'Not an image' })).toThrow(
      '`image` must be an image such as nginxinc/nginx-unprivileged@sha256:<64 hexadecimal digits>',
    );
  });

  test('reads the bodies of the app to their end, and streams those of other processes', () => {
    const buffered = (options: Partial<ClientAddressProxyOptions>): boolean => configOf(proxy({}, options)).includes('proxy_request_buffering on;');
    expect(buffered({ process: PostHogProcess.WEB })).toBe(true);
    expect([{}, { process: PostHogProcess.CAPTURE }, { process: PostHogProcess.LIVESTREAM }].filter(buffered)).toEqual([]);
  });

  test('uses the container, the log driver and the stop timeout of the options', () => {
    const stack = newStack();
    const taskDefinition = task(stack);
    const other = taskDefinition.addContainer('other', { image: ContainerImage.fromRegistry('other') });
    verified(stack).addClientAddressProxy(taskDefinition, {
      upstreamPort: 9000,
      upstreamContainer: other,
      stopTimeout: Duration.seconds(90),
      logging: LogDrivers.awsLogs({ streamPrefix: 'nginx' }),
    });
    const container = addressProxyOf(Template.fromStack(stack), 'mine')!;
    expect(container).toMatchObject({
      DependsOn: [{ ContainerName: 'other', Condition: 'START' }],
      StopTimeout: 90,
      LogConfiguration: { Options: { 'awslogs-stream-prefix': 'nginx' } },
    });
    expect(configOf(container)).toContain('worker_shutdown_timeout 85s;');
  });

  test('accepts a port and a stop timeout that are tokens', () => {
    const stack = newStack();
    const [port, seconds] = ['Port', 'Seconds'].map((id) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber);
    const container = proxy({}, { upstreamPort: port, stopTimeout: Duration.seconds(seconds) }, stack);
    expect(configOf(container)).toContain('server 127.0.0.1:<{"Ref":"Port"}>;');
    expect(container.StopTimeout).toEqual({ Ref: 'Seconds' });
  });

  test('closes running requests after at least a second', () => {
    expect(configOf(proxy({}, { stopTimeout: Duration.seconds(2) }))).toContain('worker_shutdown_timeout 1s;');
  });

  test.each([0, -1, 80.5, 65536, 18080, NaN])('fails when the port is %d', (upstreamPort) => {
    expect(() => proxy({}, { upstreamPort })).toThrow(
      '[Stack/Ingress] `upstreamPort` must be a port from 1 to 65535, and not 18080, which nginx takes',
    );
  });

  test.each([1, 121])('refuses a stop timeout of %d seconds', (seconds) => {
    expect(() => proxy({}, { stopTimeout: Duration.seconds(seconds) })).toThrow(
      `[Stack/Ingress] \`stopTimeout\` must be from 2 to 120 seconds, got: ${seconds} second`,
    );
  });

  test('fails when the task has no container yet', () => {
    const stack = newStack();
    expect(() => verified(stack).addClientAddressProxy(new FargateTaskDefinition(stack, 'Task'), { upstreamPort: 8000 })).toThrow(
      '[Stack/Ingress] `taskDefinition` must have the container of the process, got: Stack/Task; add that container first',
    );
  });

  test('fails when the containers of the task do not share the loopback address', () => {
    const stack = newStack();
    const bridge: TaskDefinition = new Ec2TaskDefinition(stack, 'Task', { networkMode: NetworkMode.BRIDGE });
    expect(() => verified(stack).addClientAddressProxy(bridge, { upstreamPort: 8000 })).toThrow(
      "`taskDefinition` must have the network mode awsvpc, in which the containers of a task share 127.0.0.1, got: 'bridge'",
    );
  });

  test('fails when it is added twice', () => {
    const stack = newStack();
    const ingress = verified(stack);
    const taskDefinition = task(stack);
    ingress.addClientAddressProxy(taskDefinition, { upstreamPort: 8000 });
    expect(() => ingress.addClientAddressProxy(taskDefinition, { upstreamPort: 8000 })).toThrow(
      '`taskDefinition` must not have a container named client-address yet, got: Stack/Task',
    );
    expect(taskOf(Template.fromStack(stack), 'mine')[1].ContainerDefinitions).toHaveLength(2);
  });
});
