import { FIGURES, Grade } from '../../../cli/size/figures';
import { PlanRow } from '../../../cli/size/rows';
import { cli } from '../fixtures';

const SMALL_TEAM = ['size', '--events-per-month', '10M', '--recordings', '5k', '--flag-requests', '3M'];

test('prints each choice with its grade and formula, the cost, what is a guess, and a program to paste', async () => {
  const { exitCode, out } = await cli(...SMALL_TEAM);
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^size +PostHogSize\.SMALL +estimated$/m);
  expect(out).toMatch(/^events a second +3\.9 on average, 15 at the peak +estimated\n {4}events \/ 2,592,000 s, times 4 at the peak$/m);
  expect(out).toMatch(/^capacity +Fargate, \d+ tasks/m);
  expect(out).toMatch(/^instead +instances, \d+ to \d+ x r6a\.\w+: \$\d+ a month \(--capacity instances\)/m);
  expect(out).toMatch(/^cost a month +\$1,\d{3} to \$1,\d{3} +estimated$/m);
  expect(out).toContain('282 (measured here) to 600 bytes (planned)');
  expect(out).toContain('Throughputs are guesses');
  expect(out).toContain('    export function definePostHog(app: App): void {');
  expect(out).not.toMatch(/undefined|NaN|\[object/);
});

test('--capacity instances plans instances, and names Fargate as the alternative', async () => {
  const { out } = await cli(...SMALL_TEAM, '--capacity', 'instances');
  expect(out).toMatch(/^capacity +instances, \d+ to \d+ x r6a\.\w+: /m);
  expect(out).toMatch(/^instead +Fargate, .* \(--capacity fargate\)/m);
  expect(out).toMatch(/capacity: PostHogCapacity\.instances\(\{\n +instanceTypes: \[new InstanceType\('r6a\.\w+'\)\],/);
});

test('--json has the same plan, and every figure with its source', async () => {
  const { out } = await cli(...SMALL_TEAM, '--json');
  const read = JSON.parse(out) as {
    rows: PlanRow[];
    figures: object;
    snippet: string;
    cost: { least: number; most: number; lines: { least: number }[] };
  };
  expect(Object.keys(read.figures)).toEqual(Object.keys(FIGURES));
  expect(read.rows.every(({ grade, formula }) => Object.values(Grade).includes(grade) && formula.length > 5)).toBe(true);
  expect(read.cost.least).toBeCloseTo(read.cost.lines.reduce((sum, { least }) => sum + least, 0));
  expect(read.cost.most).toBeGreaterThan(read.cost.least);
  expect(read.snippet).toContain('size: PostHogSize.SMALL,');
});

test('refuses more than one PostHog can take, with the reasons and where the design ends', async () => {
  const { exitCode, out, err } = await cli('size', '--events-per-month', '10G');
  expect([exitCode, out]).toEqual([2, '']);
  expect(err).toMatch(
    /^cdk-posthog: one PostHog is not enough for 15,432 events a second at the peak: ingestion-general needs \d+ tasks \(estimated\)/,
  );
  expect(err).toContain('docs/scale.md');
});
