import { Template } from 'aws-cdk-lib/assertions';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { PostHog, PostHogProcess, Product } from '../../lib';
import { portOf, ProcessDefinition } from '../../lib/catalog/process-definition';
import { PROCESSES } from '../../lib/catalog/processes';
import { newStack } from '../helpers/stack';
import { containerOf, idOf, ofType, securityGroupOf, securityGroupsOf, serviceOf, waysInto } from '../helpers/template';

const stack = newStack();
const posthog = new PostHog(stack, 'PostHog', {
  domainName: 'posthog.example.com',
  domainZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0123456789', zoneName: 'example.com' }),
  products: Object.values(Product),
});
const template = Template.fromStack(stack);

const find = (process: PostHogProcess) => PROCESSES.find((definition) => definition.process === process)!;
const called = ({ needs, calls }: ProcessDefinition) => [...needs, ...calls];
const loadBalancer = idOf(
  ofType<{ SecurityGroups: unknown[] }>(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer')[0][1].Properties.SecurityGroups[0],
);
const groupOf = (store: 'postgres' | 'cache' | 'kafka' | 'clickHouse') =>
  idOf(stack.resolve(posthog[store].connections.securityGroups[0].securityGroupId));

/** Every way through a security group: from which, into which, at which port. */
const WAYS = Object.keys(template.findResources('AWS::EC2::SecurityGroup'))
  .filter((id) => id !== loadBalancer)
  .flatMap((id) => waysInto(template, id))
  .map(({ from, to, port }) => `${from} -> ${to}:${port}`);

function canReach(caller: string, groups: readonly string[], port: number): boolean {
  return securityGroupsOf(template, caller).some((from) => groups.some((to) => WAYS.includes(`${from} -> ${to}:${port}`)));
}

/** The processes that one is told of by their private names. */
function toldOf(process: string): string[] {
  const values = JSON.stringify(containerOf(template, process).Environment ?? []);
  return [...new Set([...values.matchAll(/([a-z0-9-]+)\.stack-posthog-[0-9a-f]{8}\.internal/g)].map(([, name]) => name))].sort();
}

describe.each(PROCESSES.map((definition): [string, ProcessDefinition] => [definition.process, definition]))('%s', (process, definition) => {
  test('reaches every process that it calls, by name and at its port', () => {
    for (const callee of called(definition)) {
      expect(serviceOf(template, callee).ServiceRegistries).toHaveLength(1);
      expect(canReach(process, [securityGroupOf(template, callee)], portOf(find(callee))!)).toBe(true);
    }
  });

  test('has the names of the processes that it calls in its environment, and no others', () => {
    // Its own name stands in what the app is told about who may call it.
    expect(toldOf(process).filter((name) => name !== 'web' || !process.match(/^(web|worker|temporal-(django|batch-exports)-worker)$/))).toEqual(
      called(definition).map(String).sort(),
    );
  });

  test('reaches every data store that it uses, at each of its ports, and no other', () => {
    for (const store of ['postgres', 'cache', 'kafka', 'clickHouse'] as const) {
      for (const port of posthog[store].clientPorts) {
        expect([store, canReach(process, [groupOf(store)], port)]).toEqual([store, definition.stores.includes(store)]);
      }
    }
  });

  test('is reached by the load balancer at its public and health check ports only', () => {
    const { http } = definition;
    const ports = [...new Set([http?.port, http?.healthCheck.port].filter((port) => port !== undefined))];
    const group = securityGroupOf(template, process);
    const sharing = PROCESSES.filter(({ process: other, http: answers }) => answers && securityGroupOf(template, other) === group);
    const found = WAYS.filter((way) => way.startsWith(`${loadBalancer} -> ${group}:`)).map((way) => Number(way.split(':').at(-1)));
    const asked = sharing.flatMap(({ http: answers }) => [answers!.port, answers!.healthCheck.port ?? answers!.port]);
    expect(found.sort()).toEqual([...new Set(asked)].sort());
    expect(found).toEqual(expect.arrayContaining(ports));
  });

  test('has at most as many security groups as AWS allows for a network interface', () => {
    expect(securityGroupsOf(template, process).length).toBeLessThanOrEqual(5);
  });
});

test('no other security group reaches a process', () => {
  const groups = new Set(PROCESSES.map(({ process }) => securityGroupOf(template, process)));
  const expected = new Set(
    PROCESSES.flatMap((definition) =>
      called(definition).map(
        (callee) => `${securityGroupOf(template, definition.process)} -> ${securityGroupOf(template, callee)}:${portOf(find(callee))}`,
      ),
    ),
  );
  const found = WAYS.filter((way) => groups.has(way.split(' -> ')[1].split(':')[0]) && !way.startsWith(`${loadBalancer} `));
  expect(new Set(found)).toEqual(expected);
});

test("no client's security group admits anything", () => {
  const clients = new Set(PROCESSES.flatMap(({ process }) => securityGroupsOf(template, process).slice(1)));
  expect(clients.size).toBe(4);
  expect(WAYS.filter((way) => clients.has(way.split(' -> ')[1].split(':')[0]))).toEqual([]);
});

test('no security group except that of the load balancer admits IP addresses', () => {
  const open = Object.entries(template.findResources('AWS::EC2::SecurityGroup')).filter(([, { Properties }]) =>
    (Properties as { SecurityGroupIngress?: object[] }).SecurityGroupIngress?.some((rule) => !('SourceSecurityGroupId' in rule)),
  );
  expect(open.map(([id]) => id)).toEqual([loadBalancer]);
});
