import { CostLine, total } from '../../../cli/cost/cost-line';
import { LEFT_OUT } from '../../../cli/cost/estimate';
import { PRICES } from '../../../cli/cost/prices';
import { cli, inFolder, templateOfPostHog } from '../fixtures';

test('prints the cost of a whole PostHog, the date of the prices, and what is left out', async () => {
  const { exitCode, out } = await inFolder({ 'a.json': JSON.stringify(templateOfPostHog()) }, () => cli('cost', '-t', 'a.json'));
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^a\.json: at least \$\d{3,4}\.\d\d a month\n/);
  expect(out).toMatch(/^Fargate task: web +2 +\$85\.87 +\$171\.74$/m);
  expect(out).toContain(`as of ${PRICES.asOf}`);
  expect(LEFT_OUT.filter((item) => !out.includes(item))).toEqual([]);
  expect(out).not.toContain('?');
});

test('estimates a template without an ingress', async () => {
  const stores = JSON.stringify({ Resources: { Nat: { Type: 'AWS::EC2::NatGateway' } } });
  expect(await inFolder({ 'stores.json': stores }, () => cli('cost', '-t', 'stores.json'))).toMatchObject({
    exitCode: 0,
    out: expect.stringContaining('stores.json: at least $32.85 a month') as string,
  });
});

test('sums several stacks, and prints what it counted of each', async () => {
  const [nat, secrets] = [
    { Resources: { Nat: { Type: 'AWS::EC2::NatGateway' }, Key: { Type: 'AWS::SecretsManager::Secret' } } },
    { Resources: { One: { Type: 'AWS::SecretsManager::Secret' }, Other: { Type: 'AWS::SecretsManager::Secret' } } },
  ];
  await inFolder({ 'Network.template.json': JSON.stringify(nat), 'keys.json': JSON.stringify(secrets) }, async () => {
    const named = ['-t', 'Network.template.json', '-t', 'keys.json'];
    const { out } = await cli('cost', ...named);
    expect(out).toMatch(/^2 stacks: at least \$34\.05 a month\n/);
    expect(out).toMatch(/^Network {4}\$33\.25 {5}Network\.template\.json$/m);
    expect(out).toMatch(/^keys\.json {2}\$0\.80 {6}keys\.json$/m);
    expect(out).toMatch(/^Secret +3 +\$0\.40 +\$1\.20$/m);
    const { stacks, perMonth } = JSON.parse((await cli('cost', '--json', ...named)).out) as {
      perMonth: number;
      stacks: { stack: string; perMonth: number }[];
    };
    expect(stacks.map(({ stack, perMonth: each }) => [stack, each.toFixed(2)])).toEqual([
      ['Network', '33.25'],
      ['keys.json', '0.80'],
    ]);
    expect(perMonth).toBeCloseTo(34.05);
  });
});

test('counts a template that is named twice once', async () => {
  const stores = JSON.stringify({ Resources: { Nat: { Type: 'AWS::EC2::NatGateway' } } });
  await inFolder({ 'a.json': stores }, async () => {
    expect((await cli('cost', '-t', 'a.json', '-t', './a.json')).out).toMatch(/^a\.json: at least \$32\.85 a month\n/);
  });
});

test('prints the same estimate as JSON', async () => {
  const { out } = await inFolder({ 'a.json': JSON.stringify(templateOfPostHog()) }, () => cli('cost', '-t', 'a.json', '--json'));
  const { perMonth, lines, asOf } = JSON.parse(out) as { perMonth: number; lines: CostLine[]; asOf: string };
  expect(perMonth).toBeCloseTo(lines.reduce((sum, line) => sum + total(line), 0));
  expect(asOf).toBe(PRICES.asOf);
});

const NAT = JSON.stringify({ Resources: { Nat: { Type: 'AWS::EC2::NatGateway' }, Key: { Type: 'AWS::SecretsManager::Secret' } } });
const SECRETS = JSON.stringify({ Resources: { Key: { Type: 'AWS::SecretsManager::Secret' }, Other: { Type: 'AWS::SecretsManager::Secret' } } });

test('compares with another template, by line', async () => {
  await inFolder({ 'old.json': NAT, 'new.json': SECRETS }, async () => {
    const { out } = await cli('cost', '-t', 'new.json', '--diff', 'old.json');
    expect(out).toMatch(/^at least \$33\.25 a month before, \$0\.80 after: -\$32\.45\n/);
    expect(out).toMatch(/^NAT gateway +1 \(\$32\.85\) +0 \(\$0\.00\) +-\$32\.85$/m);
    expect(out).toMatch(/^Secret +1 \(\$0\.40\) +2 \(\$0\.80\) +\+\$0\.40$/m);
    const { lines, perMonth } = JSON.parse((await cli('cost', '-t', 'new.json', '--diff', 'old.json', '--json')).out) as {
      lines: { what: string; change: number }[];
      perMonth: { before: number; after: number };
    };
    expect(lines.map(({ what }) => what)).toEqual(['NAT gateway', 'Secret']);
    expect(lines.reduce((sum, { change }) => sum + change, 0)).toBeCloseTo(perMonth.after - perMonth.before);
    expect((await cli('cost', '-t', 'new.json', '--diff', 'new.json')).out).toContain('No line differs.');
  });
});

test('reads a folder of templates', async () => {
  await inFolder({ 'Network.template.json': NAT, 'Keys.template.json': SECRETS }, async () => {
    expect((await cli('cost', '-t', '.')).out).toMatch(/^2 stacks: at least \$34\.05 a month\n/);
    expect((await cli('cost', '-t', 'Network.template.json', '--diff', '.')).out).toContain('$34.05 a month before, $33.25 after: -$0.80');
  });
});

test('ends with the three largest savings, and prints all of them when asked', async () => {
  await inFolder({ 'a.json': JSON.stringify(templateOfPostHog()) }, async () => {
    const { out } = await cli('cost', '-t', 'a.json');
    const { levers } = JSON.parse((await cli('cost', '-t', 'a.json', '--json')).out) as { levers: { what: string; saves: number; how: string }[] };
    const tail = out.slice(out.indexOf('The 3 largest changes'));
    expect(tail.split('\n')).toHaveLength(1 + 3 * 3);
    levers.slice(0, 3).forEach(({ what, saves, how }, index) => {
      expect(tail).toContain(`${index + 1}. ${what}: saves $${saves.toFixed(2)} a month\n   ${how}\n`);
    });
    expect(levers.length).toBeGreaterThan(5);
    expect((await cli('cost', '-t', 'a.json', '--levers')).out).toContain(`${levers.length}. ${levers.at(-1)!.what}: saves`);
    expect(out).toMatch(/^vCPUs, which quotas count: Fargate [\d.]+ \([\d.]+ during an update\)\. /m);
  });
});

test.each(['100', '-1', 'half', ''])('refuses %p as a percentage', async (value) => {
  await inFolder({ 'a.json': SECRETS }, async () => {
    const { exitCode, err } = await cli('cost', '-t', 'a.json', `--plan-discount=${value}`);
    expect(exitCode).toBe(2);
    expect(err).toContain(`--plan-discount must be a percentage from 0 to 99, such as 60, got: ${value}`);
  });
});
