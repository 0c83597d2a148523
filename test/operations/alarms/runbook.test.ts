import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PostHogAlarm } from '../../../lib';
import { TABLES, tablesOnPage } from '../../../scripts/alarms';
import { posthogTemplate } from '../../helpers/posthog-template';
import { ROOT } from '../../helpers/app';

const PAGE = readFileSync(path.join(ROOT, 'docs', 'runbook.md'), 'utf8');

/** The text below each heading, by the heading. */
const PARAGRAPHS = new Map(
  PAGE.split(/^#{2,3} /m)
    .slice(1)
    .map((text): [string, string] => [text.split('\n')[0], text.slice(text.indexOf('\n')).trim()]),
);

test('docs/runbook.md has a paragraph for each alarm, with a command or a query', () => {
  const incomplete = Object.values(PostHogAlarm).filter((name) => !/```(sh|sql)\n/.test(PARAGRAPHS.get(name) ?? ''));
  expect(incomplete).toEqual([]);
});

test('docs/runbook.md has no paragraph for an alarm that does not exist', () => {
  const names = [...PARAGRAPHS.keys()].filter((heading) => /^[a-z-]+$/.test(heading));
  expect(names.filter((name) => !['clients', 'pipeline', 'stopped', ...Object.values<string>(PostHogAlarm)].includes(name))).toEqual([]);
});

test('the description of each alarm links a paragraph of docs/runbook.md', () => {
  const { Resources } = posthogTemplate() as { Resources: Record<string, { Type: string; Properties: { AlarmDescription?: string } }> };
  const descriptions = Object.values(Resources)
    .filter(({ Type }) => /^AWS::CloudWatch::(Composite)?Alarm$/.test(Type))
    .map(({ Properties }) => Properties.AlarmDescription ?? 'none');
  expect(descriptions.length).toBeGreaterThan(15);
  expect(descriptions.filter((text) => !PARAGRAPHS.has(/docs\/runbook\.md#([a-z-]+)$/.exec(text)?.[1] ?? ''))).toEqual([]);
});

test('docs/runbook.md has the tables of alarms and metrics', () => {
  // Where this fails after a change of a definition: node --import tsx scripts/alarms.ts
  expect(tablesOnPage()).toEqual({ alarms: TABLES.alarms(), metrics: TABLES.metrics() });
});
