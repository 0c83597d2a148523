import { Command, CommandError, ExitCode, Output, textOption, textOptions } from '../command';
import { RotatedKey, ROTATED_KEYS, Step } from './keys';
import type { Rotation, RotationAccount } from './account';
import { installationOf } from '../runbook/installation';
import { readStacks, TEMPLATES_HELP, TEMPLATES_OPTION, TEMPLATES_USAGE } from '../template/template-file';

const STEP_TEXTS: Readonly<Record<Step, string>> = {
  add: '1 of 3, add: create a new key, which PostHog accepts and does not use yet',
  swap: '2 of 3, swap: use the new key, and accept the old one',
  remove: '3 of 3, remove: no longer accept the old key',
};

/** The command that rotates PostHog's own keys in three steps. */
export const ROTATE_KEYS: Command = {
  usage: `[KEY] ${TEMPLATES_USAGE} [--run] [--checked] [--region REGION] [--json]`,
  help: [
    "Rotates one of PostHog's own keys in three steps: the new key is accepted everywhere, then used, then the old one is no longer accepted.",
    '',
    ...Object.entries(ROTATED_KEYS).map(([name, { variable }]) => `${name.padEnd(21)} ${variable}`),
    '',
    'KEY               prints the state of its rotation, and its next step with the conditions; without it, the keys',
    TEMPLATES_HELP,
    '--run             does the next step, if all of its conditions are met: writes secrets, and starts new tasks of the services that read them',
    '--checked         confirms that the command which the third step prints has succeeded',
    '--region REGION   default: the region in cdk.out, or else of the environment or the profile',
    '--json            machine-readable output',
    '',
    'Exit codes: 0 done, or the next step can be done; 1 a condition of the next step is not met; 2 the command could not run.',
    'It prints no key. Versions of secrets from before the rotation stay in Secrets Manager, with the label POSTHOG_BEFORE_ROTATION.',
    'docs/command-line.md lists the permissions.',
  ].join('\n'),
  options: {
    ...TEMPLATES_OPTION,
    run: { type: 'boolean' },
    checked: { type: 'boolean' },
    region: { type: 'string' },
    json: { type: 'boolean' },
  },
  takesPositionals: true,
  async run(args, output) {
    const [name, ...more] = args.positionals;
    if (name === undefined) {
      const keys = Object.entries(ROTATED_KEYS).map(([key, { variable }]) => ({ key, variable }));
      output.out(
        args.values.json ? JSON.stringify({ keys }, undefined, 2) : keys.map(({ key, variable }) => `${key.padEnd(21)} ${variable}`).join('\n'),
      );
      return ExitCode.OK;
    }
    if (more.length > 0 || !Object.hasOwn(ROTATED_KEYS, name)) {
      throw new CommandError(`KEY must be one of ${Object.keys(ROTATED_KEYS).join(', ')}, got: '${args.positionals.join(' ')}'`);
    }
    const stacks = readStacks(textOptions(args, 'template'));
    const installation = installationOf(stacks);
    // The SDK is large, so it is loaded only when the account is read.
    const commands = await import('./account');
    const account = await commands.readServices(installation, stacks, textOption(args, 'region') ?? installation.region);
    const rotation = await commands.rotationOf(ROTATED_KEYS[name], account.services, account.api);
    return guide(
      rotation,
      account,
      commands,
      { run: args.values.run === true, checked: args.values.checked === true, json: args.values.json === true },
      output,
    );
  },
};

type Commands = typeof import('./account');

async function guide(
  rotation: Rotation,
  { api }: RotationAccount,
  { conditionsOf, doStep, nextStep, restart }: Commands,
  { run, checked, json }: { readonly run: boolean; readonly checked: boolean; readonly json: boolean },
  output: Output,
): Promise<ExitCode> {
  const { key, done, main, fallbacks, services, interrupted } = rotation;
  const step = nextStep(rotation);
  const { all, outdated } = await conditionsOf(rotation, { now: new Date(), checked }, api);
  const unmet = all.filter(({ met }) => !met);
  // Only old tasks are in the way, and no deployment replaces them: the last step was interrupted before it started new ones.
  const onlyRestart = outdated.length > 0 && all[0].met && unmet.length === 1;
  const canRun = unmet.length === 0 || onlyRestart;
  const action = onlyRestart ? 'start new tasks of the services above' : interrupted ? 'finish the step that was interrupted' : STEP_TEXTS[step];
  const names = services.map(({ arn }) => arn.split('/').at(-1)!);
  if (run && canRun) {
    await (onlyRestart ? restart(outdated, api) : doStep(rotation, step, api));
  }
  if (json) {
    output.out(
      JSON.stringify({ variable: key.variable, done, next: step, action, conditions: all, services: names, ran: run && canRun }, undefined, 2),
    );
  } else {
    output.out(
      [
        `${key.variable} is in ${main}${fallbacks === undefined ? '' : `, ${key.fallbacks} in ${fallbacks}`}`,
        `read by ${names.join(', ')}`,
        `last step: ${done ?? 'none of a rotation that is under way'}`,
        ...notes(key, step),
        ...all.map(({ met, text }) => `  ${met ? '✓' : '✗'} ${text}`),
        run && canRun ? `done: ${action}` : canRun ? `next: ${action}; do it with --run` : `not yet: ${action}`,
        ...(run && canRun && !onlyRestart ? ['go on when the new tasks run: the command checks it'] : []),
      ].join('\n'),
    );
  }
  return canRun ? ExitCode.OK : ExitCode.NOT_OK;
}

function notes({ note, keepsOld }: RotatedKey, step: Step): string[] {
  return [...(step === 'add' && note ? [`note: ${note}`] : []), ...(keepsOld ? [`note: the old key stays in the list: ${keepsOld}`] : [])];
}
