import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { total } from '../../cli/cost/cost-line';
import { leverLines } from '../../cli/cost/cost-text';
import { estimate } from '../../cli/cost/estimate';
import { leversOf } from '../../cli/cost/levers';
import { PRICES } from '../../cli/cost/prices';
import { CloudFormationTemplate } from '../../cli/alb/template';
import { resultsText } from '../../cli/doctor/report';
import { capacityChecks } from '../../cli/preflight/checks/template-checks';
import { needsOf } from '../../cli/preflight/needs';
import { increase, QUOTAS } from '../../cli/preflight/quotas';
import { ROOT, run, runApp } from '../helpers/app';

/** What the command prints for templates, in dollars. */
function cost(templates: readonly unknown[]): number {
  return templates.flatMap((template) => estimate(template as CloudFormationTemplate, PRICES)).reduce((sum, line) => sum + total(line), 0);
}

function templatesOf(files: Readonly<Record<string, string>>): unknown[] {
  return Object.entries(files).flatMap(([name, text]) => (name.endsWith('.template.json') ? [JSON.parse(text) as unknown] : []));
}

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

async function smallestExample(): Promise<unknown> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-smallest-'));
  try {
    const { PATH } = process.env;
    await run(['--import', 'tsx', path.join(ROOT, 'examples', 'smallest', 'app.ts')], ROOT, { PATH, CDK_OUTDIR: folder, CDK_VALIDATION: 'false' });
    return JSON.parse(readFileSync(path.join(folder, 'Smallest.template.json'), 'utf8')) as unknown;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the documentation has the estimated costs of the sample app and the smallest example', async () => {
  const [{ files }, smallest] = await Promise.all([runApp(), smallestExample()]);
  const sample = cost(templatesOf(files));
  expect(read('docs/command-line.md')).toContain(`at least $${sample.toFixed(2)} a month`);
  const [, about, least] = /at least about \$([\d,]+) a month in us-east-1; the \[smallest setup\]\(.*?\) costs about \$(\d+)/.exec(
    read('README.md'),
  )!;
  expect([about.replace(',', ''), least].map(Number)).toEqual([sample, cost([smallest])].map((dollars) => Math.round(dollars / 10) * 10));
}, 300_000);

test('the documentation has the largest savings, the vCPUs and the default discounts that the command prints', async () => {
  const stacks = templatesOf((await runApp()).files) as CloudFormationTemplate[];
  const levers = leversOf(stacks.map((template) => ({ template, has: () => true, lines: estimate(template, PRICES), prices: PRICES })));
  const { fargateVcpu, ec2Vcpu } = needsOf(stacks);
  const docs = read('docs/command-line.md');
  const printed = leverLines(levers, false).map((line) => `    ${line}`.trimEnd());
  expect(docs).toContain(printed.join('\n'));
  expect(docs).toContain(`Fargate ${fargateVcpu.steady} (${fargateVcpu.rolling} during an update), EC2 ${ec2Vcpu.steady}.`);
  expect(docs).toContain(`save. Default: ${PRICES.ec2SpotDiscount * 100}, an estimate`);
  expect(docs).toContain(`for instances. Default: ${PRICES.planDiscount.ec2 * 100}, an assumption`);
  expect(docs).toContain(`with a fee of ${PRICES.managedInstancesFee * 100} %`);
}, 300_000);

test('the documentation has the quotas that the sample app needs', async () => {
  const sample = (await runApp()).template as unknown as CloudFormationTemplate;
  const printed = resultsText(capacityChecks([sample]))
    .split('\n')
    .map((line) => `    ${line}`.trimEnd());
  expect(read('docs/command-line.md')).toContain(printed.join('\n'));
  const { steady, rolling, scaledOut } = needsOf([sample]).fargateVcpu;
  const newAccount = (need: string) => QUOTAS.find((quota) => quota.need === need)!.newAccount;
  const { steady: instances } = needsOf([sample]).ec2Vcpu;
  const numbers = [
    `A new account has ${newAccount('fargateVcpu')} vCPUs of Fargate and ${newAccount('ec2Vcpu')} of EC2`,
    `needs ${steady} vCPUs of Fargate, ${rolling} during an update and up to ${scaledOut} scaled out`,
  ];
  const text = (file: string) => read(file).replace(/\s+/g, ' ');
  const command = increase(QUOTAS[0], scaledOut);
  const missing = [
    ...['README.md', 'docs/deploy.md'].flatMap((file) => numbers.filter((number) => !text(file).includes(number)).map((number) => [file, number])),
    ...[command, `scaled out, and ${instances} vCPUs of EC2`]
      .filter((number) => !text('docs/deploy.md').includes(number))
      .map((number) => ['docs/deploy.md', number]),
  ];
  expect(missing).toEqual([]);
  // They come before everything else about a deployment.
  expect(/^## (.*)$/m.exec(read('docs/deploy.md'))?.[1]).toBe('Quotas of a new account');
}, 300_000);
