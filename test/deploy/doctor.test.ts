import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateSubnetCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  DeleteListenerCommand,
  DeregisterTargetsCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  RegisterTargetsCommand,
  SetSubnetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { NamedCheckResult } from '../../cli/doctor/check';
import { listenerOf, loadBalancerOf } from './listeners';
import { loadBalancerSubnets } from './networks';
import {
  addRule,
  changeEnvironment,
  changeListener,
  changeRule,
  deleteRule,
  moveRule,
  registerOnly,
  ruleAt,
  setAttribute,
  setListenerAttribute,
  swapTargets,
  Undo,
} from './sabotage';
import { containersOf, environmentOf, servicesOf } from './services';
import { World } from './world';
import { ended } from '../helpers/programs';
import { ROOT } from '../helpers/app';

/** Where the program is bundled to, far from any package that it could load. */
const FOLDER = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-'));
const PROGRAM = path.join(FOLDER, 'cli', 'cdk-posthog.js');

/** Nothing responds there; moto reports all registered targets as healthy. */
const TARGET = '10.0.200.10';

interface Run {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

const world = new World();

/** Runs the bundled program, as users have it. */
async function run(argv: readonly string[], env: NodeJS.ProcessEnv = world.aws.environment): Promise<Run> {
  const child = spawn(process.execPath, [PROGRAM, 'doctor', ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const { exitCode, out, err } = await ended(child);
  return { exitCode: exitCode!, out, err };
}

async function amiss(...argv: string[]): Promise<{ exitCode: number; found: [check: string, text: string][] }> {
  const { exitCode, out, err } = await run(['--json', '--access', 'cidrs', ...argv]);
  if (out === '') {
    throw new Error(err);
  }
  const { results } = JSON.parse(out) as { results: NamedCheckResult[] };
  return { exitCode, found: results.filter(({ status }) => status !== 'pass' && status !== 'warning').map(({ check, text }) => [check, text]) };
}

async function eachTargetGroup(work: (TargetGroupArn: string) => Promise<unknown>): Promise<void> {
  const { TargetGroups = [] } = await world.elb.send(new DescribeTargetGroupsCommand());
  await Promise.all(TargetGroups.map(({ TargetGroupArn }) => work(TargetGroupArn!)));
}

beforeAll(async () => {
  execFileSync(process.execPath, [path.join(ROOT, 'scripts', 'bundle.mjs'), FOLDER]);
  await world.stage('an emulated AWS whose services run', () => world.start({ MOTO_ECS_SERVICE_RUNNING: '1' }));
  await world.stage('cdk deploy, for the doctor', async () => {
    await world.cdk.bootstrap();
    await world.cdk.succeed(['deploy', '--all', '--require-approval', 'never'], world.closedSettings);
    await world.readPhysicalIds();
  });
  await eachTargetGroup((TargetGroupArn) => world.elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: TARGET }] })));
});

afterAll(async () => {
  await world.stop();
  rmSync(FOLDER, { recursive: true });
});

describe('a healthy deployment', () => {
  test('passes, found by its stack', async () => {
    const { exitCode, out, err } = await run([]);
    expect({ exitCode, wrong: out.split('\n').filter((line) => /^[✗?]/.test(line)) }).toEqual({ exitCode: 0, wrong: [] });
    expect(err).toBe('describing the stack PostHog in us-east-1 ...\n');
    expect(out).toMatch(/\n\n\d\d passed, 0 failed, \d+ warnings?\n$/);
  });

  test("passes with the load balancer's name and ARN, with the registered services and those of the app", async () => {
    const { LoadBalancerName, LoadBalancerArn } = await loadBalancerOf(world);
    for (const name of [LoadBalancerName!, LoadBalancerArn!]) {
      expect(await amiss('--load-balancer', name)).toEqual({ exitCode: 0, found: [] });
    }
    const { out } = await run(['--load-balancer', LoadBalancerName!]);
    // The app, its worker and the two workers of Temporal.
    expect(out.match(/TRUSTED_PROXIES has all 54 addresses/g)).toHaveLength(4);
  });

  test('is healthy to moto although nothing answers', async () => {
    await eachTargetGroup(async (TargetGroupArn) => {
      const { TargetHealthDescriptions = [] } = await world.elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
      expect(TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.State)).toEqual(['healthy']);
    });
  });

  test('keeps its deployments in moto when a service gets another task definition', async () => {
    const undo = await changeEnvironment(world, 'web', {});
    const services = await servicesOf(world).finally(undo);
    expect(services.filter(({ taskDefinition, deployments }) => deployments?.[0].taskDefinition !== taskDefinition)).toHaveLength(1);
  });
});

const XFF = 'routing.http.xff_header_processing.mode';
const HSTS = 'routing.http.response.strict_transport_security.header_value';
const IDLE = 'idle_timeout.timeout_seconds';
const LIVE_EVENTS = { Field: 'path-pattern', PathPatternConfig: { Values: ['/livestream/*'] } };
const answer = { Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '200' } };
const inWeb = (variables: Record<string, string | undefined>) => () => changeEnvironment(world, 'web', variables);

async function trusted(): Promise<string[]> {
  return environmentOf((await containersOf(world)).get('web')!).TRUSTED_PROXIES.split(',');
}

/** Each with the check that names it, and what it says. */
const SABOTAGES: readonly (readonly [what: string, commit: () => Promise<Undo>, check: string, text: RegExp])[] = [
  ['a rule is deleted', () => deleteRule(world, 100), 'endpoints', /^\/i\/v0\/sample, \/e, .*: refused \(403\), by the default rule, not capture$/],
  ['two rules are swapped', () => swapTargets(world, 100, 110), 'endpoints', /^\/s, .*: capture, by rule 110 \(Recordings\), not replay-capture$/],
  [
    'a rule gets in front of the others',
    () => addRule(world, 5, ['/flags*'], 100),
    'endpoints',
    /^\/flags, .*: capture, by rule 5, not feature-flags$/,
  ],
  [
    'live events keep the path in front of them',
    () => addRule(world, 900 - 1, ['/livestream/*'], 900),
    'rewrites',
    /^rule 899 forwards \/livestream\/.* as \/livestream\/.* to livestream, which serves them without the first segment$/,
  ],
  [
    'live events are for others',
    () => changeRule(world, 900, { Conditions: [{ Field: 'source-ip', SourceIpConfig: { Values: ['192.0.2.0/24'] } }, LIVE_EVENTS] }),
    'live-events',
    /can open the app, but not live events \(\/livestream\/events: web\)$/,
  ],
  [
    'live events are cut soon',
    () => setAttribute(world, IDLE, '15', '120'),
    'live-events',
    /^every stream of live events is closed after 15 seconds of silence/,
  ],
  [
    'a wildcard is widened',
    () =>
      changeRule(world, 100, { Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/i/v0/*', '/e*', '/batch', '/batch/*'] } }] }),
    'neighbours',
    /^rule 100 \(Events\) forwards \/e2, \/embedded, .* to capture, which are not public endpoints$/,
  ],
  ['a page of the app is opened', () => addRule(world, 500, ['/login'], 240), 'app', /answer a public client differently: \/login is open/],
  [
    'the default action lets everybody in',
    async () => changeListener(world, 443, { DefaultActions: (await ruleAt(world, 240)).Actions }),
    'app',
    /^rule 1000 restricts the app, and yet it is open to everyone$/,
  ],
  ['the allow-list is gone', () => deleteRule(world, 1000), 'app', /^no one can open the app, but --access is cidrs$/],
  ['those inside meet the app first', () => moveRule(world, 1000, 5), 'internal-paths', /reach web, by rule 5$/],
  [
    'the refusal of internal paths is gone',
    () => deleteRule(world, 30),
    'internal-paths',
    /^internal paths are reachable: \/_stats, .* reach web, by rule 1000$/,
  ],
  [
    'the redirect answers',
    () => changeListener(world, 80, { DefaultActions: [answer] }),
    'redirect',
    /is not redirected to HTTPS: refused \(200\), by the default rule of port 80$/,
  ],
  [
    'the redirect is removed',
    async () => {
      const { ListenerArn, LoadBalancerArn, DefaultActions } = await listenerOf(world, 80);
      await world.elb.send(new DeleteListenerCommand({ ListenerArn }));
      return () => world.elb.send(new CreateListenerCommand({ LoadBalancerArn, Port: 80, Protocol: 'HTTP', DefaultActions }));
    },
    'listeners',
    /^plain HTTP is not served on port 80$/,
  ],
  [
    'old versions of TLS are taken',
    () => changeListener(world, 443, { SslPolicy: 'ELBSecurityPolicy-2016-08' }),
    'tls-policy',
    /^TLS 1\.0 is still accepted/,
  ],
  ['X-Forwarded-For is removed', () => setAttribute(world, XFF, 'remove', 'append'), 'attributes', /^X-Forwarded-For is removed/],
  [
    "X-Forwarded-For is the client's",
    () => setAttribute(world, XFF, 'preserve', 'append'),
    'attributes',
    /^X-Forwarded-For is forwarded as clients send it/,
  ],
  [
    'X-Forwarded-For has ports',
    () => setAttribute(world, 'routing.http.xff_client_port.enabled', 'true', 'false'),
    'attributes',
    /^X-Forwarded-For has ports/,
  ],
  [
    'invalid headers get through',
    () => setAttribute(world, 'routing.http.drop_invalid_header_fields.enabled', 'false', 'true'),
    'attributes',
    /^headers with invalid names are forwarded/,
  ],
  [
    'the Host header is changed',
    () => setAttribute(world, 'routing.http.preserve_host_header.enabled', 'false', 'true'),
    'attributes',
    /may change the Host header/,
  ],
  [
    'browsers are not told to come by https',
    () => setListenerAttribute(world, HSTS, '', 'max-age=31536000'),
    'listener-attributes',
    /no Strict-Transport-Security$/,
  ],
  [
    'a subnet is added',
    async () => {
      const { LoadBalancerArn, VpcId } = await loadBalancerOf(world);
      const { Vpcs: [vpc] = [] } = await world.ec2.send(new DescribeVpcsCommand({ VpcIds: [VpcId!] }));
      const CidrBlock = vpc.CidrBlock!.replace(/\.\d+\.\d+\/\d+$/, '.250.0/27');
      const { Subnet } = await world.ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone: 'us-east-1f' }));
      const before = (await loadBalancerSubnets(world)).map(({ SubnetId }) => SubnetId!);
      const set = (Subnets: string[]) => world.elb.send(new SetSubnetsCommand({ LoadBalancerArn, Subnets }));
      await set([...before, Subnet!.SubnetId!]);
      return () => set(before);
    },
    'trusted-proxies',
    /^worker: TRUSTED_PROXIES lacks 27 addresses of subnet-\w+ \(10\.\d+\.250\.0\/27\)/,
  ],
  ['TRUSTED_PROXIES has a CIDR block', inWeb({ TRUSTED_PROXIES: '10.0.0.0/27' }), 'trusted-proxies', /^web: TRUSTED_PROXIES has 10\.0\.0\.0\/27/],
  [
    'TRUSTED_PROXIES lacks an address',
    async () => inWeb({ TRUSTED_PROXIES: (await trusted()).slice(1).join(',') })(),
    'trusted-proxies',
    /^web: TRUSTED_PROXIES lacks 1 address of subnet-/,
  ],
  [
    'TRUSTED_PROXIES has another address',
    async () => inWeb({ TRUSTED_PROXIES: [...(await trusted()), '203.0.113.9'].join(',') })(),
    'trusted-proxies',
    /cannot have: 203\.0\.113\.9$/,
  ],
  ['TRUSTED_PROXIES is not there', inWeb({ TRUSTED_PROXIES: undefined }), 'trusted-proxies', /^web: TRUSTED_PROXIES is not set/],
  [
    'TRUST_ALL_PROXIES=False',
    inWeb({ TRUST_ALL_PROXIES: 'False' }),
    'trusted-proxies',
    /^web: TRUST_ALL_PROXIES=False, which versions before July 2026 read as true/,
  ],
  ['TRUST_ALL_PROXIES=True', inWeb({ TRUST_ALL_PROXIES: 'True' }), 'trusted-proxies', /^web: TRUST_ALL_PROXIES=True, so every client can choose/],
  [
    'IS_BEHIND_PROXY=False in the worker',
    () => changeEnvironment(world, 'worker', { IS_BEHIND_PROXY: 'False' }),
    'proxy-settings',
    /^worker: IS_BEHIND_PROXY is 'False'/,
  ],
  ['ALLOWED_HOSTS=*', inWeb({ ALLOWED_HOSTS: '*' }), 'proxy-settings', /^web: ALLOWED_HOSTS is '\*'/],
  ['SITE_URL is another', inWeb({ SITE_URL: 'https://other.example.com' }), 'proxy-settings', /^web: SITE_URL is 'https:\/\/other\.example\.com'/],
  ['a newer task definition waits', () => registerOnly(world, 'web'), 'services', /^web: .*:1, and \S+:\d+ is newer$/],
  [
    'no target is left',
    async () => {
      const { TargetGroupArn } = (await ruleAt(world, 100)).Actions![0];
      const target = { TargetGroupArn, Targets: [{ Id: TARGET }] };
      await world.elb.send(new DeregisterTargetsCommand(target));
      return () => world.elb.send(new RegisterTargetsCommand(target));
    },
    'targets',
    /^capture: no target is registered, so requests get 503$/,
  ],
  [
    'the certificate ends soon',
    async () => {
      await world.importCertificate(3, world.certificateArn);
      return () => world.importCertificate(90, world.certificateArn);
    },
    'certificate',
    /^the certificate for posthog\.analytics\.test expires in 2 days/,
  ],
];

describe('sabotage', () => {
  test.each(SABOTAGES)('%s', async (_, commit, check, text) => {
    const undo = await commit();
    const { exitCode, found } = await amiss().finally(undo);
    expect(exitCode).toBe(1);
    expect(found).toContainEqual([check, expect.stringMatching(text)]);
  });

  test('is all undone', async () => {
    expect(await amiss()).toEqual({ exitCode: 0, found: [] });
  });
});

describe('one line, and exit code 2', () => {
  test.each<[string, string[], NodeJS.ProcessEnv, RegExp]>([
    ['for no credentials', [], { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }, /^cdk-posthog: no AWS credentials: sign in/],
    [
      'for a wrong region',
      ['--region', 'eu-west-3'],
      {},
      /^cdk-posthog: there is no stack 'PostHog' in eu-west-3: use --stack, --region, or --load-balancer/,
    ],
    ['for no such load balancer', ['--load-balancer', 'nothing'], {}, /^cdk-posthog: there is no load balancer 'nothing' in us-east-1/],
    ['for no such stack', ['--stack', 'Nothing'], {}, /^cdk-posthog: there is no stack 'Nothing' in us-east-1/],
    ['for no network', [], { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, /^cdk-posthog: cannot reach AWS in us-east-1/],
  ])('%s', async (_, argv, env, words) => {
    const { exitCode, out, err } = await run(['--json', ...argv], { ...world.aws.environment, ...env });
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(words);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});
