import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, CommandError, ExitCode } from '../../cli/command';
import { COMMANDS, runProgram } from '../../cli/program';
import { cli } from './fixtures';

const FAILING: Command = { usage: '', help: 'Fails.', options: {}, run: () => Promise.reject(new CommandError('it is not there')) };
const BROKEN: Command = { ...FAILING, run: () => Promise.reject(new TypeError('a defect\nin two lines')) };

test('prints every command without arguments, and exits with 2', async () => {
  const { exitCode, out } = await cli();
  expect(exitCode).toBe(ExitCode.FAILED);
  for (const name of Object.keys(COMMANDS)) {
    expect(out).toContain(`cdk-posthog ${name} `);
  }
});

test.each(['--help', '-h', 'help'])('prints every command for %s, and exits with 0', async (argument) => {
  expect((await cli(argument)).exitCode).toBe(ExitCode.OK);
});

test('--version prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8')) as { version: string };
  expect(await cli('--version')).toEqual({ exitCode: ExitCode.OK, out: version, err: '' });
});

test.each(Object.keys(COMMANDS))('the help of %s has every option', async (name) => {
  const { exitCode, out } = await cli(name, '--help');
  const { usage, options } = await COMMANDS[name]();
  expect(exitCode).toBe(ExitCode.OK);
  expect(out).toContain(`cdk-posthog ${name} ${usage}`);
  expect(Object.keys(options).filter((option) => !usage.includes(`--${option}`))).toEqual([]);
});

test.each([
  [['nonsense'], "cdk-posthog: there is no command 'nonsense'; available: "],
  [['constructor'], "cdk-posthog: there is no command 'constructor'; available: "],
  [
    ['routes', '--tempalte', 'x'],
    "cdk-posthog: Unknown option '--tempalte'; usage: cdk-posthog routes [--host NAME] [--load-balancer NAME] [--template FILE] [--json]",
  ],
  [['routes', '--template'], "cdk-posthog: Option '-t, --template <value>' argument missing; usage: "],
])('prints one line for the invalid arguments %j, and exits with 2', async (argv, message) => {
  const { exitCode, out, err } = await cli(...argv);
  expect([exitCode, out]).toEqual([ExitCode.FAILED, '']);
  expect(err.startsWith(message)).toBe(true);
  expect(err).not.toContain('\n');
});

test.each(Object.keys(COMMANDS).filter((name) => !['environment', 'explain', 'restore', 'runbook', 'rotate-keys'].includes(name)))(
  '%s refuses an argument that belongs to no option',
  async (name) => {
    const { usage } = await COMMANDS[name]();
    expect(await cli(name, 'other.json')).toEqual({
      exitCode: ExitCode.FAILED,
      out: '',
      err: `cdk-posthog: Unexpected argument 'other.json'; usage: cdk-posthog ${name} ${usage}`,
    });
  },
);

test('prints one line if a command fails, and exits with 2', async () => {
  const err: string[] = [];
  const exitCode = await runProgram({ failing: () => Promise.resolve(FAILING) }, ['failing'], {
    out: () => undefined,
    err: (text) => err.push(text),
  });
  expect([exitCode, err]).toEqual([ExitCode.FAILED, ['cdk-posthog: it is not there']]);
});

test('prints one line with the type of an unexpected error, and exits with 2', async () => {
  const err: string[] = [];
  const exitCode = await runProgram({ broken: () => Promise.resolve(BROKEN) }, ['broken'], { out: () => undefined, err: (text) => err.push(text) });
  expect([exitCode, err]).toEqual([ExitCode.FAILED, ['cdk-posthog: TypeError: a defect']]);
});
