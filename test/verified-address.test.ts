import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ClientAddress, NatMode, PostHogProcess, PostHogProps, Product, TrustedProxies } from '../lib';
import { portOf, ProcessDefinition } from '../lib/catalog/process-definition';
import { PROCESSES } from '../lib/catalog/processes';
import { templateOf } from './ingress/fixtures';
import { rulesOf } from './helpers/listener-rules';
import { posthogTemplate } from './helpers/posthog-template';
import { environmentOf, newPostHog, newStack } from './helpers/stack';
import { addressProxyOf, containerOf, ofType, securityGroupOf, serviceOf, targetGroupOf, taskOf, Way, waysInto } from './helpers/template';

function synth(props: Partial<PostHogProps>): Template {
  const stack = newStack();
  newPostHog(stack, { products: Object.values(Product), ...props });
  return Template.fromStack(stack);
}

const forwarded = Template.fromJSON(posthogTemplate({ products: Object.values(Product) }));
const verified = synth({ clientAddress: ClientAddress.verified() });

const ANSWERING = PROCESSES.filter(({ http }) => http);
const SILENT = PROCESSES.filter(({ http }) => !http);
const [LOAD_BALANCER_GROUP] = ofType(verified, 'AWS::EC2::SecurityGroup')
  .map(([id]) => id)
  .filter((id) => id.startsWith('PostHogIngressLoadBalancer'));

test('`ClientAddress.forwarded()` is the default, without an nginx sidecar', () => {
  expect(PROCESSES.filter(({ process }) => addressProxyOf(forwarded, process))).toEqual([]);
  expect(synth({ clientAddress: ClientAddress.forwarded() }).toJSON()).toEqual(forwarded.toJSON());
});

/** How other processes come into a group: to each process that has it, from each that needs or calls that one. */
function callersInto(group: string): Way[] {
  const into = (process: PostHogProcess) => securityGroupOf(verified, process) === group;
  const ways = PROCESSES.flatMap(({ process, needs, calls }: ProcessDefinition) =>
    [...needs, ...calls].filter(into).map((called) => ({
      to: group,
      from: securityGroupOf(verified, process),
      port: portOf(PROCESSES.find((other) => other.process === called)!)!,
    })),
  );
  return [...new Map(ways.map((way) => [JSON.stringify(way), way])).values()];
}

describe.each(ANSWERING.map((definition) => ({ ...definition })))('`ClientAddress.verified()`: $process', ({ process, http, stopTimeout }) => {
  const nginx = addressProxyOf(verified, process)!;

  test('has an nginx sidecar, which drains as long as the process may take to stop', () => {
    expect(nginx).toMatchObject({
      Essential: true,
      StopTimeout: stopTimeout,
      DependsOn: [{ ContainerName: process, Condition: 'START' }],
      PortMappings: [{ ContainerPort: 18080 }],
      LogConfiguration: { LogDriver: 'awslogs', Options: { 'awslogs-stream-prefix': `${process}-client-address`, 'mode': 'non-blocking' } },
    });
    expect(nginx.LogConfiguration.Options['awslogs-group']).toEqual(containerOf(verified, process).LogConfiguration.Options['awslogs-group']);
    expect(JSON.stringify(nginx.Environment)).toContain(`server 127.0.0.1:${http!.port};`);
    expect(taskOf(verified, process)[1].ContainerDefinitions.map(({ Name }) => Name)).toEqual([
      ...taskOf(forwarded, process)[1].ContainerDefinitions.map(({ Name }) => Name),
      'client-address',
    ]);
  });

  test('is behind nginx for the load balancer and its health checks', () => {
    expect(serviceOf(verified, process).LoadBalancers).toEqual([expect.objectContaining({ ContainerName: 'client-address', ContainerPort: 18080 })]);
    expect(targetGroupOf(verified, process)).toMatchObject({ HealthCheckPath: http!.healthCheck.path });
    // Where health has a port of its own, nginx is not asked for it.
    expect(targetGroupOf(verified, process)!.HealthCheckPort).toBe(http!.healthCheck.port?.toString());
  });

  test('admits the load balancer to nginx, and other processes to the process itself', () => {
    const group = securityGroupOf(verified, process);
    const visitors = [18080, ...(http!.healthCheck.port ? [http!.healthCheck.port] : [])].map((port) => ({
      to: group,
      from: LOAD_BALANCER_GROUP,
      port,
    }));
    const expected = [...callersInto(group), ...visitors];
    const ways = waysInto(verified, group);
    expect(ways).toHaveLength(expected.length);
    expect(ways).toEqual(expect.arrayContaining(expected));
  });

  test('keeps its task size', () => {
    const { Cpu, Memory } = taskOf(verified, process)[1];
    expect(taskOf(forwarded, process)[1]).toMatchObject({ Cpu, Memory });
  });
});

test.each(SILENT.map(({ process }) => process))('`ClientAddress.verified()`: %s, which serves no requests, has no nginx sidecar', (process) => {
  expect(addressProxyOf(verified, process)).toBeUndefined();
});

test('`ClientAddress.verified()` makes Django trust its nginx sidecar only', () => {
  for (const process of ['web', 'worker', 'temporal-django-worker']) {
    expect(environmentOf(verified, process)).toMatchObject({ TRUSTED_PROXIES: '127.0.0.1', IS_BEHIND_PROXY: 'True' });
    expect(environmentOf(verified, process)).not.toHaveProperty('TRUST_ALL_PROXIES');
  }
});

test('`ClientAddress.verified()` changes tasks, services and security group rules only', () => {
  const changed = new Set<string>();
  const [before, after] = [forwarded, verified].map((template) => template.toJSON() as { Resources: Record<string, { Type: string }> });
  for (const id of new Set([...Object.keys(before.Resources), ...Object.keys(after.Resources)])) {
    if (JSON.stringify(before.Resources[id]) !== JSON.stringify(after.Resources[id])) {
      changed.add((after.Resources[id] ?? before.Resources[id]).Type);
    }
  }
  expect([...changed].sort()).toEqual(['AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupEgress', 'AWS::ECS::Service', 'AWS::ECS::TaskDefinition']);
});

test('`ClientAddress.verified()` changes no listener rule', () => {
  const rules = [undefined, ClientAddress.verified()].map((clientAddress) => {
    const stack = newStack();
    newPostHog(stack, { clientAddress });
    return rulesOf(templateOf(stack));
  });
  expect(rules[1]).toEqual(rules[0]);
});

test('`ClientAddress.verified()` is refused together with `TrustedProxies.all()`', () => {
  expect(() => synth({ clientAddress: ClientAddress.verified(), trustedProxies: TrustedProxies.all() })).toThrow(
    '[Stack/PostHog/Ingress] `trustedProxies` must not be TrustedProxies.all() with verified client addresses',
  );
});

test('`ClientAddress.verified()` warns about an image without a digest, and one that tasks without NAT cannot pull', () => {
  const warnings = (props: Partial<PostHogProps>, about: string) => {
    const stack = newStack();
    newPostHog(stack, props);
    return Annotations.fromStack(stack).findWarning('/Stack/PostHog', Match.stringLikeRegexp(about));
  };
  expect(warnings({ clientAddress: ClientAddress.verified({ image: 'nginx:1' }) }, 'every restart of a task: nginx:1; name')).toHaveLength(1);
  expect(warnings({ clientAddress: ClientAddress.verified() }, 'every restart')).toHaveLength(0);
  expect(warnings({ clientAddress: ClientAddress.verified(), nat: NatMode.NONE }, 'pull images from ECR only')).toHaveLength(1);
});
