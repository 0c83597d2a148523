import { State } from './fixture';

interface Rule {
  readonly Variable?: string;
  readonly Next?: string;
  readonly And?: readonly Rule[];
  readonly IsPresent?: boolean;
  readonly StringEquals?: string;
  readonly StringEqualsPath?: string;
  readonly NumericGreaterThanEquals?: number;
}

/** A state with what this interpreter knows. */
type Known = State & { readonly Result?: unknown; readonly ResultSelector?: Record<string, unknown>; readonly ResultPath?: string | null };

/** The states to run, from the first one until one of `until`, which is not entered. */
export interface StatesRun {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly until: readonly string[];
  readonly execution: string;
  readonly input: object;
  /** The result of a task. */
  readonly call: (state: State, parameters: Record<string, unknown>) => unknown;
}

/**
 * Runs states of the Amazon States Language, as far as a migration uses it. It throws at everything that it does not know.
 *
 * @see https://states-language.net
 */
export function runStates({ StartAt, States, until, execution, input, call }: StatesRun): { state: string; data: Record<string, unknown> } {
  const data = structuredClone(input) as Record<string, unknown>;
  const context = { Execution: { Name: execution } };
  let name = StartAt;
  for (let steps = 0; !until.includes(name); steps += 1) {
    if (steps > 5_000) {
      throw new Error(`the states do not end: ${name}`);
    }
    const state = States[name] as Known;
    if (state.Type === 'Choice') {
      name = (state.Choices as readonly Rule[]).find((rule) => holds(rule, data))?.Next ?? state.Default!;
      continue;
    }
    if (state.Type === 'Pass' || state.Type === 'Task') {
      const parameters = state.Parameters && filled(state.Parameters, data, context);
      const raw = state.Type === 'Task' ? call(state, parameters!) : (state.Result ?? parameters);
      const result = state.ResultSelector ? filled(state.ResultSelector, raw, context) : raw;
      if (state.ResultPath) {
        data[state.ResultPath.replace(/^\$\./, '')] = result;
      }
    } else if (state.Type !== 'Wait') {
      throw new Error(`the state ${name} has the unknown type ${state.Type}`);
    }
    name = state.Next!;
  }
  return { state: name, data };
}

function holds(rule: Rule, data: unknown): boolean {
  if (rule.And) {
    return rule.And.every((one) => holds(one, data));
  }
  const value = at(rule.Variable!, data);
  if (rule.IsPresent !== undefined) {
    return (value !== undefined) === rule.IsPresent;
  }
  if (value === undefined) {
    throw new Error(`States.Runtime: ${rule.Variable} is missing`);
  }
  if (rule.NumericGreaterThanEquals !== undefined) {
    return (value as number) >= rule.NumericGreaterThanEquals;
  }
  return value === (rule.StringEquals ?? at(rule.StringEqualsPath!, data));
}

function at(path: string, data: unknown, context?: unknown): unknown {
  const from = path.startsWith('$$') ? context : data;
  return path
    .split('.')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], from);
}

function filled(template: Readonly<Record<string, unknown>>, data: unknown, context: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) =>
      key.endsWith('.$') ? [key.slice(0, -2), evaluated(value as string, data, context)] : [key, value],
    ),
  );
}

function evaluated(text: string, data: unknown, context: unknown): unknown {
  const [, intrinsic, list] = /^States\.(\w+)\((.*)\)$/s.exec(text) ?? [];
  if (!intrinsic) {
    return at(text, data, context);
  }
  const values = [...list.matchAll(/'((?:[^'\\]|\\.)*)'|(\$[\w.$]*)|(-?\d+)/g)].map(([, literal, path, number]) =>
    literal !== undefined ? literal : path !== undefined ? at(path, data, context) : Number(number),
  );
  switch (intrinsic) {
    case 'JsonToString':
      return JSON.stringify(values[0]);
    case 'StringToJson':
      return JSON.parse(values[0] as string);
    case 'MathAdd':
      return (values[0] as number) + (values[1] as number);
    case 'Format':
      return values.slice(1).reduce<string>((result, value) => result.replace('{}', () => String(value)), values[0] as string);
    default:
      throw new Error(`the intrinsic function States.${intrinsic} is unknown`);
  }
}
