import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ACTIONS as PREFLIGHT_ACTIONS } from '../../../cli/preflight/check-account';
import { COMMANDS } from '../../../cli/program';
import { READS, WRITES } from '../../../cli/rotate-keys/rotation-api';
import { ACTIONS as RUNBOOK_ACTIONS } from '../../../cli/runbook/runbook-api';
import { ACTIONS as WATCH_ACTIONS } from '../../../cli/watch/watch-api';
import { ROOT } from '../../helpers/app';

const TEXT = readFileSync(path.join(ROOT, 'docs', 'command-line.md'), 'utf8');

/** The section of a command. */
const section = (command: string) => TEXT.split(/^## /m).find((part) => part.startsWith(`${command}\n`))!;

test.each([
  ['preflight', PREFLIGHT_ACTIONS],
  ['watch', WATCH_ACTIONS],
  ['runbook', RUNBOOK_ACTIONS],
  ['rotate-keys', [...READS, ...WRITES]],
] as const)('the documented permissions of %s are those that it uses', (command, actions) => {
  expect([...section(command).matchAll(/^ {8}([\w]+:\w+)$/gm)].map(([, action]) => action)).toEqual([...actions]);
});

test.each(['preflight', 'watch', 'runbook', 'rotate-keys'])('every option of %s is documented', async (command) => {
  const { options } = await COMMANDS[command]();
  expect(Object.keys(options).filter((name) => !['template', 'json'].includes(name) && !section(command).includes(`--${name}`))).toEqual([]);
});
