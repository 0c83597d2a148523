import { Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Port, Peer } from 'aws-cdk-lib/aws-ec2';
import { PostHogProcess, PostHogRelease, Product } from '../../../lib';
import { callsOf, portOf } from '../../../lib/catalog/process-definition';
import { definitionOf, PROCESSES } from '../../../lib/catalog/processes';
import { newPostHog, newStack } from '../../helpers/stack';
import { ofType, securityGroupOf } from '../../helpers/template';

interface Rule {
  readonly IpProtocol: string;
  readonly FromPort?: number;
  readonly ToPort?: number;
  readonly CidrIp?: string;
}

interface Group {
  readonly GroupDescription: string;
  readonly SecurityGroupEgress: Rule[];
}

const CREATED = { postgres: undefined, cache: undefined, kafka: undefined, clickHouse: undefined, objectStorage: undefined };
const stack = newStack();
newPostHog(stack, { ...CREATED, products: Object.values(Product) });
const template = Template.fromStack(stack);

/** What a security group allows: `tcp 443` or `everything`. */
function allowed(of: Template, id: string): string[] {
  const { SecurityGroupEgress: rules } = (of.findResources('AWS::EC2::SecurityGroup')[id] as { Properties: Group }).Properties;
  expect(rules.every(({ CidrIp }) => CidrIp === '0.0.0.0/0')).toBe(true);
  return rules.map(({ IpProtocol, FromPort, ToPort }) => {
    expect(FromPort).toBe(ToPort);
    return IpProtocol === '-1' ? 'everything' : `${IpProtocol} ${FromPort}`;
  });
}

/** What the client groups of stores allow, by their description. */
function allowedToStores(of: Template): Record<string, string[]> {
  const groups = ofType<Group>(of, 'AWS::EC2::SecurityGroup').filter(([, { Properties }]) => Properties.GroupDescription.endsWith(': clients'));
  return Object.fromEntries(groups.map(([id, { Properties }]) => [Properties.GroupDescription, allowed(of, id)]));
}

/** The ports of the processes that the processes of one group call. */
function calledPorts(process: PostHogProcess): string[] {
  const { id, sharedGroup } = definitionOf(process);
  const sharing = PROCESSES.filter((other) => (other.sharedGroup ?? other.id) === (sharedGroup ?? id));
  return sharing.flatMap(callsOf).map((called) => `tcp ${portOf(definitionOf(called))}`);
}

const ALWAYS = ['tcp 443', 'udp 53', 'tcp 53'];

test('processes that call out may connect to everything; all others to HTTPS, DNS and the ports of processes that they call', () => {
  const found = PROCESSES.map(({ process }) => [process, [...new Set(allowed(template, securityGroupOf(template, process)))].sort()]);
  const expected = PROCESSES.map(({ process, callsOut }) => [
    process,
    callsOut === undefined ? [...new Set([...ALWAYS, ...calledPorts(process)])].sort() : ['everything'],
  ]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
});

test('the processes that call out have a reason with its source, and are no others', () => {
  const open = PROCESSES.filter(({ callsOut }) => callsOut !== undefined);
  expect(open.map(({ process }) => process).sort()).toEqual(
    ['browserless', 'cymbal', 'cymbal-resolution', 'plugins', 'temporal-batch-exports-worker', 'temporal-django-worker', 'web', 'worker'].sort(),
  );
  expect(open.filter(({ callsOut }) => !/\((nodejs|products|rust)\//.test(callsOut!))).toEqual([]);
});

test('no rule is there twice, and no group comes near the quota of 60 rules', () => {
  const rules = ofType<Group>(template, 'AWS::EC2::SecurityGroup').map(([id, { Properties }]) => [id, Properties.SecurityGroupEgress ?? []] as const);
  const twice = rules.filter(
    ([, all]) => new Set(all.map(({ IpProtocol, FromPort, CidrIp }) => `${IpProtocol} ${FromPort} ${CidrIp}`)).size < all.length,
  );
  expect(twice).toEqual([]);
  expect(rules.filter(([, all]) => all.length > 20)).toEqual([]);
});

test('clients of created stores may connect to the ports of the stores', () => {
  expect(allowedToStores(template)).toEqual({
    'PostHog Postgres: clients': ['tcp 5432'],
    'PostHog cache: clients': ['tcp 6379'],
    'PostHog Kafka: clients': ['tcp 9094'],
    'PostHog ClickHouse: clients': ['tcp 9440', 'tcp 8443'],
  });
});

describe('with few products', () => {
  function templateOf(
    define: (stack: Stack) => Parameters<typeof newPostHog>[1],
    after: (posthog: ReturnType<typeof newPostHog>) => void = () => {},
  ) {
    const other = newStack();
    after(newPostHog(other, define(other)));
    return Template.fromStack(other);
  }

  test('clients of existing stores may connect to everything: their URLs may name any port', () => {
    expect(new Set(Object.values(allowedToStores(templateOf(() => ({})))).flat())).toEqual(new Set(['everything']));
  });

  test('the port of a registry is allowed', () => {
    const release = PostHogRelease.V2026_09_11_R2;
    const images = { ...release.images, capture: 'registry.example.com:5000/capture:1' };
    const result = templateOf(() => ({ release: PostHogRelease.of('private', images) }));
    expect(allowed(result, securityGroupOf(result, PostHogProcess.CAPTURE))).toEqual([...ALWAYS, 'tcp 5000']);
    expect(allowed(result, securityGroupOf(result, PostHogProcess.HYPERCACHE_SERVER))).toEqual(ALWAYS);
  });

  test('`connections` of a service allow other ports', () => {
    const result = templateOf(
      () => ({}),
      (posthog) => posthog.service(PostHogProcess.CAPTURE).connections.allowTo(Peer.anyIpv4(), Port.tcp(3128)),
    );
    expect(allowed(result, securityGroupOf(result, PostHogProcess.CAPTURE))).toEqual([...ALWAYS, 'tcp 3128']);
  });
});
