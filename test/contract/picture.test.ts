import { Template } from 'aws-cdk-lib/assertions';
import { ContainerImage, FargateTaskDefinition, Secret } from 'aws-cdk-lib/aws-ecs';
import fc from 'fast-check';
import { ObjectStorage, PostHogProcess, PublicEndpoint } from '../../lib';
import { CloudFormationTemplate } from '../../cli/alb/template';
import { DEFAULT_PRODUCTS, deployedProcesses } from '../../lib/catalog/processes/deployed-processes';
import { ProcessDefinition } from '../../lib/catalog/process-definition';
import { ObjectStorageKeys, SYMBOL_SETS_PREFIX } from '../../lib/stores/object-storage/object-storage-keys';
import { defaultTemplate, diagram, diagramInDocs, picture, pictureInDocs, THEMES } from '../../scripts/picture';
import { TemplateTask } from '../../cli/template/template-services';
import { bucketsOpenTo } from '../../scripts/picture/buckets';
import { flowchart } from '../../scripts/picture/flowchart';
import { Kind, System, systemOf, Thing, Way } from '../../scripts/picture/system';
import { posthogTemplate } from '../helpers/posthog-template';
import { newStack } from '../helpers/stack';

const MADE = { products: undefined, postgres: undefined, cache: undefined, kafka: undefined, clickHouse: undefined, objectStorage: undefined };
const DEPLOYED = deployedProcesses(DEFAULT_PRODUCTS);
const NAMES_DEPLOYED = DEPLOYED.map(({ process }) => process);

/** What definitions call the stores, and what the picture does. */
const STORES = { postgres: 'PostgreSQL', cache: 'Cache', kafka: 'Kafka', clickHouse: 'ClickHouse', objectStorage: 'Objects' };

/** What opens objects with the keys of a user, and not as what its task is. */
const WITH_KEYS = [PostHogProcess.CYMBAL, PostHogProcess.CYMBAL_RESOLUTION];

function systemOfPostHog(): System {
  return systemOf(posthogTemplate(MADE) as unknown as CloudFormationTemplate);
}

/** What a process calls, as far as it is deployed. */
function calledBy({ needs, calls }: ProcessDefinition): PostHogProcess[] {
  return [...needs, ...calls].filter((process) => NAMES_DEPLOYED.includes(process));
}

/** The ways of a system as pairs of names. */
function named({ things, ways }: System): string[] {
  const name = (id: string) => things.find((thing) => thing.id === id)!.name;
  return [...new Set(ways.map(({ from, to }) => `${name(from)} > ${name(to)}`))].sort();
}

/** The ways that a drawn picture says there are, as pairs of names: each arrow of a frame taken apart. */
function drawn(text: string): string[] {
  const lines = text.split('\n');
  const names = new Map([...text.matchAll(/^ +(\w+)(?:\[\[|\[\(|\{\{|\[)"([^"<]*)/gm)].map(([, id, name]) => [id, name]));
  const frames = new Map<string, string[]>();
  lines.forEach((line, index) => {
    const [, frame] = /^ {2}subgraph (\w+)/.exec(line) ?? [];
    if (frame) {
      frames.set(
        frame,
        lines.slice(index + 1, lines.indexOf('  end', index)).map((member) => names.get(/\w+/.exec(member)![0])!),
      );
    }
  });
  const members = (id: string) => frames.get(id) ?? [names.get(id)!];
  const arrows = [...text.matchAll(/^ {2}(\w+) (?:(?:--|==) "([^"]*)" )?(?:-->|==>) (\w+)$/gm)].filter(([, from]) => from !== 'clients');
  return [
    ...new Set(
      arrows.flatMap(([, from, label = '', to]) => {
        const exceptions = label.startsWith('but for ') ? label.slice('but for '.length).split(', ') : [];
        return members(from)
          .filter((name) => !exceptions.includes(name))
          .flatMap((name) => members(to).map((target) => `${name} > ${target}`));
      }),
    ),
  ].sort();
}

// Where these fail after a change of what runs: node --import tsx scripts/picture.ts
test('the documented diagram and pictures are those of the template', () => {
  const template = defaultTemplate();
  expect(diagramInDocs()).toBe(diagram(template));
  expect(THEMES.map(pictureInDocs)).toEqual(THEMES.map((theme) => picture(theme, template)));
});

describe('the system that is read from a template', () => {
  const system = systemOfPostHog();
  const ways = named(system);

  test('has every process, with the data stores and processes of its definition or of one with the same security group', () => {
    expect(
      system.things
        .filter(({ kind }) => kind === Kind.PROCESS)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...NAMES_DEPLOYED].sort());
    for (const definition of DEPLOYED) {
      const objects = definition.objects !== undefined || WITH_KEYS.includes(definition.process);
      const used = [...definition.stores.filter((store) => store !== 'objectStorage'), ...(objects ? ['objectStorage' as const] : [])];
      const sharing = DEPLOYED.filter(({ sharedGroup }) => sharedGroup !== undefined && sharedGroup === definition.sharedGroup);
      const called = [definition, ...sharing].flatMap(calledBy);
      expect(ways.filter((way) => way.startsWith(`${definition.process} > `))).toEqual(
        [...new Set([...used.map((store) => STORES[store]), ...called])].map((name) => `${definition.process} > ${name}`).sort(),
      );
    }
  });

  test('has no connection between processes that only a shared security group allows', () => {
    const called = new Set(DEPLOYED.flatMap((definition) => calledBy(definition).map((name) => `${definition.process} > ${name}`)));
    const between = ways.filter((way) => way.split(' > ').every((name) => (NAMES_DEPLOYED as string[]).includes(name)));
    expect(between.filter((way) => !called.has(way))).toEqual([]);
  });

  test('has a connection from the load balancer to every process that serves clients, with its paths', () => {
    const answering = PublicEndpoint.all()
      .map(({ process }) => process)
      .filter((process) => NAMES_DEPLOYED.includes(process));
    expect(ways.filter((way) => way.startsWith('load balancer'))).toEqual(
      [...new Set(answering)].map((process) => `load balancer > ${process}`).sort(),
    );
    const paths = (name: string) =>
      system.ways.find(({ paths: sent, to }) => sent && system.things.find(({ id }) => id === to)?.name === name)?.paths;
    expect(paths('capture')).toEqual(expect.arrayContaining(['/e', '/batch', '/i/v0']));
    expect(paths('web')).toEqual(expect.arrayContaining(['/static', 'everything else']));
  });

  test('has the migration, and the port of each data store', () => {
    expect(ways).toEqual(expect.arrayContaining(['migration > PostgreSQL', 'migration > Kafka', 'migration > ClickHouse', 'ClickHouse > Kafka']));
    const stores = system.things.filter(({ kind }) => kind === Kind.STORE).map(({ name, service, ports }) => [name, service, ports]);
    expect(stores).toEqual([
      ['PostgreSQL', 'RDS', [5432]],
      ['Cache', 'ElastiCache', [6379]],
      ['Kafka', 'MSK', [9094]],
      ['ClickHouse', 'EC2', [8443, 9440]],
      ['Objects', 'S3', []],
    ]);
  });
});

describe('a security group of several services', () => {
  const group = (id: string) => ({ 'Fn::GetAtt': [id, 'GroupId'] });
  const service = (name: string, groups: string[], ports: number[] = [], targets: object[] = []) => ({
    [name]: {
      Type: 'AWS::ECS::Service',
      Properties: {
        TaskDefinition: { Ref: `${name}Task` },
        LoadBalancers: targets,
        NetworkConfiguration: { AwsvpcConfiguration: { SecurityGroups: groups.map(group) } },
      },
    },
    [`${name}Task`]: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: { ContainerDefinitions: [{ Name: name, Image: name, PortMappings: ports.map((ContainerPort) => ({ ContainerPort })) }] },
    },
  });
  const open = (from: string, to: string, port: number) => ({
    [`${from}${to}${port}`]: {
      Type: 'AWS::EC2::SecurityGroupIngress',
      Properties: { SourceSecurityGroupId: group(from), GroupId: group(to), FromPort: port },
    },
  });
  const groups = Object.fromEntries(
    ['Shared', 'Clients', 'Caller'].map((id) => [id, { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: id } }]),
  );
  const services = {
    ...service('listener', ['Shared'], [80]),
    ...service('checked', ['Shared'], [443], [{ TargetGroupArn: { Ref: 'Targets' }, ContainerName: 'checked' }]),
    ...service('silent', ['Shared', 'Clients']),
    ...service('caller', ['Caller'], [5]),
    Targets: { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Properties: { HealthCheckPort: '8080' } },
  };
  const waysOf = (rules: object) => named(systemOf({ Resources: { ...groups, ...services, ...rules } }));

  test('connects callers to the service with this port or health check port', () => {
    expect(waysOf(open('Caller', 'Shared', 80))).toEqual(['caller > listener']);
    expect(waysOf(open('Caller', 'Shared', 8080))).toEqual(['caller > checked']);
  });

  test('connects callers to all of its services if none is known to listen', () => {
    expect(waysOf(open('Caller', 'Shared', 9))).toEqual(['caller > checked', 'caller > listener', 'caller > silent']);
  });

  test('connects each of its services to what admits it', () => {
    expect(waysOf(open('Shared', 'Caller', 5))).toEqual(['checked > caller', 'listener > caller', 'silent > caller']);
    expect(waysOf(open('Clients', 'Caller', 5))).toEqual(['silent > caller']);
  });
});

test('a task with access keys in its secrets can open their bucket', () => {
  const stack = newStack();
  const keys = new ObjectStorageKeys(stack, 'Keys', { storage: new ObjectStorage(stack, 'Storage'), prefix: SYMBOL_SETS_PREFIX });
  const define = (id: string, given: boolean) =>
    new FargateTaskDefinition(stack, id).addContainer('cymbal', {
      image: ContainerImage.fromRegistry('cymbal'),
      secrets: given ? { OBJECT_STORAGE_ACCESS_KEY_ID: Secret.fromSecretsManager(keys.secret, 'accessKeyId') } : {},
    });
  define('With', true);
  define('Without', false);
  const template = Template.fromStack(stack).toJSON() as CloudFormationTemplate;
  const tasks = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::ECS::TaskDefinition');
  expect(tasks.map(({ Properties }) => bucketsOpenTo(template, Properties as TemplateTask))).toEqual([[expect.stringMatching(/^StorageBucket/)], []]);
});

test('the picture fails if the load balancer sends requests that no security group admits', () => {
  interface Rule {
    readonly Description?: string;
  }
  const template = posthogTemplate(MADE) as {
    Resources: Record<string, { Type: string; Properties: Rule & { SecurityGroupIngress?: Rule[] } }>;
  };
  const isKept = ({ Description }: Rule) => Description !== 'Load balancer to target';
  const closed = Object.fromEntries(
    Object.entries(template.Resources)
      .filter(([, { Properties = {} }]) => isKept(Properties))
      .map(([id, { Type, Properties = {} }]) => [
        id,
        { Type, Properties: { ...Properties, SecurityGroupIngress: Properties.SecurityGroupIngress?.filter(isKept) } },
      ]),
  );
  expect(() => systemOf({ Resources: closed })).toThrow('the load balancer sends requests where no security group lets it in: ');
});

const NAMES = [
  'web',
  'worker',
  'capture',
  'feature-flags',
  'ingestion-general',
  'ingestion-logs',
  'ingestion-traces',
  'cymbal',
  'personhog-router',
  'temporal',
];
const THINGS: Thing[] = [
  { id: 'ingress', kind: Kind.LOAD_BALANCER, name: 'load balancer', ports: [] },
  ...NAMES.map((name): Thing => ({ id: name, kind: Kind.PROCESS, name, image: name === 'worker' ? 'web' : name, ports: [] })),
  ...['once', 'twice'].map((name): Thing => ({ id: name, kind: Kind.ONCE, name, ports: [] })),
  ...['Kafka', 'PostgreSQL', 'Cache'].map((name): Thing => ({ id: name, kind: Kind.STORE, name, service: 'AWS', ports: [1] })),
];
const anyWay: fc.Arbitrary<Way> = fc
  .tuple(fc.constantFrom(...THINGS), fc.constantFrom(...THINGS.slice(1)))
  .filter(([from, to]) => from !== to)
  .map(([from, to]) => ({ from: from.id, to: to.id, ...(from.kind === Kind.LOAD_BALANCER ? { paths: ['/e'] } : {}) }));

test('a flowchart has exactly the connections of its system, with fewer arrows', () => {
  const [, ...inside] = THINGS.map(({ id }) => id);
  // Nearly all ways, and few.
  const dense = fc
    .uniqueArray(anyWay, { maxLength: 12, selector: ({ from, to }) => `${from} ${to}` })
    .map((left) =>
      inside.flatMap((from) =>
        inside.filter((to) => to !== from && !left.some((way) => way.from === from && way.to === to)).map((to): Way => ({ from, to })),
      ),
    );
  fc.assert(
    fc.property(fc.oneof(dense, fc.array(anyWay)), (ways) => {
      const system = { things: THINGS, ways };
      expect(drawn(flowchart(system))).toEqual(named(system));
    }),
  );
});

test('a flowchart of PostHog has fewer arrows than connections', () => {
  const system = systemOfPostHog();
  const arrows = flowchart(system)
    .split('\n')
    .filter((line) => /-->|==>/.test(line));
  expect(arrows.length).toBeLessThan(system.ways.length);
});
