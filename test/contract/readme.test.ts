import { readFileSync } from 'node:fs';
import path from 'node:path';
import { endpointsTable, tableInDocs } from '../../scripts/endpoints-table';

const ROOT = path.join(__dirname, '..', '..');

test('the documented table of endpoints is the one of the rules', () => {
  // Where this fails after a change of the table: node --import tsx scripts/endpoints-table.ts
  expect(tableInDocs()).toBe(endpointsTable());
});

test('the table of endpoints names the products that are not deployed by default', () => {
  const answers = Object.fromEntries(
    endpointsTable()
      .split('\n')
      .map((row) => row.split(' | '))
      .map(([paths, , who]) => [paths.replace('| ', ''), who]),
  );
  expect(answers).toMatchObject({
    '`/i/v1/logs`, `/i/v1/logs/*`': 'capture-logs (with Product `logs`)',
    '`/i/v0/ai`, `/i/v0/ai/*`': 'capture-ai (with Product `ai`)',
    '`/public/webhooks`, `/public/webhooks/*`': 'plugins',
    '`/report`': 'web',
  });
});

test('the sample settings of cdk.json are those of the app', () => {
  const { context } = JSON.parse(readFileSync(path.join(ROOT, 'cdk.json'), 'utf8')) as { context: Record<string, string> };
  const [, table] = /const SAMPLES = \{(.*?)\};/s.exec(readFileSync(path.join(ROOT, 'bin', 'posthog.ts'), 'utf8'))!;
  const samples = Object.fromEntries([...table.matchAll(/^ {2}(\w+): '([^']*)',$/gm)].map(([, name, value]) => [`posthog:${name}`, value]));
  expect(Object.keys(samples)).toEqual(['posthog:domainName', 'posthog:certificateArn']);
  expect(Object.fromEntries(Object.entries(context).filter(([name]) => name.startsWith('posthog:')))).toEqual(samples);
});
