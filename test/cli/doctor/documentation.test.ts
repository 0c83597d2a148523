import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ACTIONS } from '../../../cli/doctor/deployment/aws';
import { CHECKS } from '../../../cli/doctor/run-checks';
import { COMMANDS } from '../../../cli/program';
import { ROOT } from '../../helpers/app';

const TEXT = readFileSync(path.join(ROOT, 'docs', 'command-line.md'), 'utf8');

test('the documented policy allows the actions of the doctor, and no others', () => {
  const [, policy] = /```json\n(.*?)```/s.exec(TEXT)!;
  const { Statement } = JSON.parse(policy) as { Statement: { Effect: string; Action: string[] }[] };
  expect(Statement.map(({ Effect, Action }) => [Effect, Action])).toEqual([['Allow', [...ACTIONS]]]);
});

test('every check of the doctor is documented, in order', () => {
  const [, table] = /### Checks\n(.*?)\n\n[^|]/s.exec(TEXT)!;
  expect([...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, check]) => check)).toEqual(Object.keys(CHECKS));
});

test('every option of the doctor is documented', async () => {
  const { options } = await COMMANDS.doctor();
  expect(Object.keys(options).filter((name) => !TEXT.includes(`\`--${name}`))).toEqual([]);
});
