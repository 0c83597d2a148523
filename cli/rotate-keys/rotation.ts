import { BEFORE, KeyValues, LABELS, RotatedKey, Step, STEPS, valuesAfter } from './keys';
import { RotationApi, RunningService } from './rotation-api';
import { CommandError } from '../command';

const DAY = 24 * 60 * 60 * 1000;

/** The secrets and the services of a key in an account, and the state of its rotation. */
export interface Rotation {
  readonly key: RotatedKey;
  /** The ARN of the secret with the key. */
  readonly main: string;
  /** The ARN of the secret with the fallbacks. */
  readonly fallbacks?: string;
  /** The services whose tasks read one of these secrets. */
  readonly services: readonly RunningService[];
  /** The last step of a rotation that is under way; undefined if none is. */
  readonly done?: Step;
  /** Indicates whether the last step wrote the key and not yet its fallbacks. */
  readonly interrupted: boolean;
  /** The time of the last step; undefined if there was none. */
  readonly since?: Date;
}

/** Returns the state of a key's rotation. */
export async function rotationOf(key: RotatedKey, services: readonly RunningService[], api: RotationApi): Promise<Rotation> {
  const main = secretOf(key.variable, services);
  const fallbacks = key.fallbacks === undefined ? undefined : secretOf(key.fallbacks, services, howToAdd(key));
  if (main === fallbacks) {
    throw new CommandError(`${key.variable} and ${key.fallbacks} have the same secret: ${howToAdd(key)}`);
  }
  const readers = services.filter(({ secrets }) => Object.values(secrets).some((secret) => secret === main || secret === fallbacks));
  const own = await stateOf(main, api);
  // Each step writes the fallbacks last. A key that is newer than fallbacks with the new key was swapped, and the old one is not among them yet.
  const state = fallbacks === undefined ? own : await stateOf(fallbacks, api);
  const interrupted = fallbacks !== undefined && state.step === 'add' && own.step === 'swap' && own.created >= state.created;
  const isOver = state.step === 'remove' || (state.step === 'swap' && key.keepsOld !== undefined);
  const since = state.step === undefined ? undefined : new Date(Math.max(own.created.getTime(), state.created.getTime()));
  return { key, main, fallbacks, services: readers, done: isOver ? undefined : state.step, interrupted, since };
}

function secretOf(variable: string, services: readonly RunningService[], fix = 'deploy it first'): string {
  const arns = [...new Set(services.flatMap(({ secrets }) => secrets[variable] ?? []))];
  if (arns.length !== 1) {
    throw new CommandError(
      arns.length === 0
        ? `no service has the variable ${variable} from a secret: ${fix}`
        : `services have ${variable} from different secrets: ${arns.join(', ')}`,
    );
  }
  return arns[0];
}

function howToAdd({ fallbacks, variable }: RotatedKey): string {
  return (
    `create a secret with the value of ${variable}, pass it to PostHog with ` +
    `\`secrets: { ${fallbacks}: ecs.Secret.fromSecretsManager(secret) }\`, and deploy`
  );
}

async function stateOf(secret: string, api: RotationApi): Promise<{ readonly step?: Step; readonly created: Date }> {
  const [{ stages }, { created }] = await Promise.all([api.current(secret), api.value(secret)]);
  return { step: STEPS.find((step) => stages.includes(LABELS[step])), created };
}

/** Returns the next step of a rotation. */
export function nextStep({ done, interrupted }: Rotation): Step {
  return done === undefined ? 'add' : done === 'add' || interrupted ? 'swap' : 'remove';
}

/** A condition of a step. */
export interface Condition {
  readonly met: boolean;
  readonly text: string;
}

/** The conditions of the next step. */
export interface Conditions {
  readonly all: readonly Condition[];
  /** The services with tasks that have not started since the last step. */
  readonly outdated: readonly RunningService[];
}

/** Returns the conditions of the next step: that tasks have the values of the last one, and that the old key is no longer needed. */
export async function conditionsOf(
  { key, done, interrupted, since, services }: Rotation,
  options: { readonly now: Date; readonly checked: boolean },
  api: RotationApi,
): Promise<Conditions> {
  if (interrupted) {
    return { all: [], outdated: [] };
  }
  const outdated = since === undefined ? [] : await startedBefore(since, services, api);
  const all = [settled(services), ...(since === undefined ? [] : [restarted(outdated)])];
  if (done !== 'swap' || since === undefined) {
    return { all, outdated };
  }
  const days = Math.floor((options.now.getTime() - since.getTime()) / DAY);
  const ofSwap = [
    ...(key.days > 0 ? [{ met: days >= key.days, text: `${key.days} days since the swap, which was ${days} days ago` }] : []),
    ...(key.before === undefined
      ? []
      : [{ met: options.checked, text: `\`${key.before}\` has succeeded in a task of worker: confirm it with --checked` }]),
  ];
  return { all: [...all, ...ofSwap], outdated };
}

async function startedBefore(since: Date, services: readonly RunningService[], api: RotationApi): Promise<RunningService[]> {
  const outdated: RunningService[] = [];
  for (const service of services) {
    const oldest = await api.oldestStart(service);
    if (oldest !== undefined && oldest <= since) {
      outdated.push(service);
    }
  }
  return outdated;
}

function restarted(outdated: readonly RunningService[]): Condition {
  return outdated.length === 0
    ? { met: true, text: 'every task has started since the last step' }
    : { met: false, text: `tasks have not started since the last step: ${outdated.map(({ arn }) => nameOf(arn)).join(', ')}` };
}

function settled(services: readonly RunningService[]): Condition {
  const moving = services.filter((service) => !service.settled).map(({ arn }) => nameOf(arn));
  return { met: moving.length === 0, text: moving.length === 0 ? 'no deployment is under way' : `a deployment is under way: ${moving.join(', ')}` };
}

/**
 * Does the next step: writes the secrets, and starts new tasks.
 *
 * No key is lost if it is interrupted: the version before the rotation has a label, and in each pair of writes the first one has all keys.
 */
export async function doStep(rotation: Rotation, step: Step, api: RotationApi): Promise<void> {
  const { key, main, fallbacks, services, interrupted } = rotation;
  if (interrupted) {
    await writeFallbacks(rotation, (await api.value(main, 'AWSPREVIOUS')).text, api);
  } else {
    const values: KeyValues = { main: (await api.value(main)).text, fallbacks: fallbacks && (await api.value(fallbacks)).text };
    if (fallbacks !== undefined && !key.oneFallback && values.main.includes(',')) {
      throw new CommandError(`${key.variable} contains a comma, which ends a key among ${key.fallbacks}: it cannot be rotated in this way`);
    }
    if (step === 'add') {
      for (const secret of [main, ...(fallbacks === undefined ? [] : [fallbacks])]) {
        await api.label(secret, BEFORE, (await api.current(secret)).id);
      }
    }
    await write(rotation, step, values, valuesAfter(key, step, values, key.generate()), api);
  }
  await restart(services, api);
}

async function write({ key, main, fallbacks }: Rotation, step: Step, before: KeyValues, after: KeyValues, api: RotationApi): Promise<void> {
  if (fallbacks === undefined || after.fallbacks === undefined) {
    await api.put(main, after.main, LABELS[step]);
    return;
  }
  if (step === 'swap' && !key.oneFallback) {
    // All keys first: a task that starts between two writes knows both keys.
    await api.put(fallbacks, [before.main, before.fallbacks].join(','), LABELS.add);
  }
  if (after.main !== before.main) {
    await api.put(main, after.main, LABELS[step]);
  }
  await api.put(fallbacks, after.fallbacks, LABELS[step]);
}

/** Writes the old key to the fallbacks, which an interrupted step has not done. */
async function writeFallbacks({ key, main, fallbacks }: Rotation, old: string, api: RotationApi): Promise<void> {
  const [current, others] = [(await api.value(main)).text, (await api.value(fallbacks!)).text.split(',')];
  const value = key.oneFallback ? old : [...new Set([old, ...others])].filter((other) => other !== current).join(',');
  await api.put(fallbacks!, value, LABELS.swap);
}

/** Starts new tasks of services. */
export async function restart(services: readonly RunningService[], api: RotationApi): Promise<void> {
  for (const service of services) {
    await api.restart(service);
  }
}

/** Returns the name of a service in its ARN. */
export function nameOf(arn: string): string {
  return arn.split('/').at(-1)!;
}
