import { State } from '../migration/fixture';

interface Rule {
  readonly Variable?: string;
  readonly Next?: string;
  readonly And?: readonly Rule[];
  readonly IsPresent?: boolean;
  readonly StringEquals?: string;
  readonly StringEqualsPath?: string;
  readonly BooleanEquals?: boolean;
  readonly NumericGreaterThan?: number;
  readonly NumericGreaterThanEquals?: number;
  readonly NumericLessThanPath?: string;
}

/** A state with what this interpreter knows. */
type Known = State & {
  readonly Result?: unknown;
  readonly ResultSelector?: Record<string, unknown>;
  readonly ResultPath?: string | null;
  readonly End?: boolean;
  readonly Seconds?: number;
  readonly SecondsPath?: string;
  readonly ItemsPath?: string;
  readonly ItemProcessor?: States;
};

interface States {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** The states to run, from the first one until an end, or until one of `until`, which is not entered. */
export interface StatesRun extends States {
  readonly until?: readonly string[];
  readonly execution: string;
  readonly input: object;
  /** The result of a task. */
  readonly call: (state: State, parameters: Record<string, unknown>) => unknown;
  /** Called for each wait, in seconds. */
  readonly wait?: (seconds: number) => void;
}

/** The last state of a run, and its data. */
export interface StatesResult {
  readonly state: string;
  readonly data: Record<string, unknown>;
}

/**
 * Runs states of the Amazon States Language, as far as this library uses it. It throws at everything that it does not know. The items of a Map run
 * one after the other.
 *
 * @see https://states-language.net
 */
export function runStates(run: StatesRun): StatesResult {
  const { StartAt, States, until = [], execution, input, call, wait } = run;
  let data = structuredClone(input) as Record<string, unknown>;
  const context = { Execution: { Name: execution } };
  let name = StartAt;
  for (let steps = 0; !until.includes(name); steps += 1) {
    if (steps > 5_000) {
      throw new Error(`the states do not end: ${name}`);
    }
    const state = States[name] as Known;
    if (state.Type === 'Succeed' || state.Type === 'Fail') {
      break;
    }
    if (state.Type === 'Choice') {
      name = (state.Choices as readonly Rule[]).find((rule) => holds(rule, data))?.Next ?? state.Default!;
      continue;
    }
    if (state.Type === 'Wait') {
      wait?.(state.Seconds ?? (at(state.SecondsPath!, data) as number));
    } else {
      const parameters = state.Parameters && filled(state.Parameters, data, context);
      const raw = resultOf(state, parameters, { data, call, run });
      const result = state.ResultSelector ? filled(state.ResultSelector, raw, context) : raw;
      if (state.ResultPath) {
        data[state.ResultPath.replace(/^\$\./, '')] = result;
      } else if (state.ResultPath === undefined && state.Type === 'Pass' && result !== undefined) {
        data = result as Record<string, unknown>;
      }
    }
    if (state.End) {
      break;
    }
    name = state.Next!;
  }
  return { state: name, data };
}

function resultOf(
  state: Known,
  parameters: Record<string, unknown> | undefined,
  { data, call, run }: { readonly data: unknown; readonly call: StatesRun['call']; readonly run: StatesRun },
): unknown {
  switch (state.Type) {
    case 'Task':
      return call(state, parameters!);
    case 'Pass':
      return state.Result ?? parameters;
    case 'Map':
      return (at(state.ItemsPath!, data) as object[]).map((item) => runStates({ ...run, ...state.ItemProcessor!, until: [], input: item }).data);
    default:
      throw new Error(`the type ${state.Type} is unknown`);
  }
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
  if (rule.BooleanEquals !== undefined) {
    return value === rule.BooleanEquals;
  }
  if (rule.NumericGreaterThan !== undefined) {
    return (value as number) > rule.NumericGreaterThan;
  }
  if (rule.NumericGreaterThanEquals !== undefined) {
    return (value as number) >= rule.NumericGreaterThanEquals;
  }
  if (rule.NumericLessThanPath !== undefined) {
    return (value as number) < (at(rule.NumericLessThanPath, data) as number);
  }
  return value === (rule.StringEquals ?? at(rule.StringEqualsPath!, data));
}

/** Returns the value at a path; for one with `[*]`, the list of all values. */
function at(path: string, data: unknown, context?: unknown): unknown {
  const root = path.startsWith('$$') ? context : data;
  const steps = [...path.replace(/^\$+/, '').matchAll(/\.(\w+)|\[(\d+)\]|\[(\*)\]/g)];
  if (steps.map(([text]) => text).join('') !== path.replace(/^\$+/, '')) {
    throw new Error(`the path ${path} is unknown`);
  }
  const found = steps.reduce<unknown[]>(
    (values, [, key, index, all]) =>
      values.flatMap((value): unknown[] => {
        if (all !== undefined) {
          return value as unknown[];
        }
        const next = (value as Record<string, unknown> | undefined)?.[key ?? index];
        return next === undefined ? [] : [next];
      }),
    [root],
  );
  return steps.some(([, , , all]) => all !== undefined) ? found : found[0];
}

function filled(template: Readonly<Record<string, unknown>>, data: unknown, context: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) =>
      key.endsWith('.$') ? [key.slice(0, -2), evaluated(value as string, data, context)] : [key, nested(value, data, context)],
    ),
  );
}

function nested(value: unknown, data: unknown, context: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? filled(value as Record<string, unknown>, data, context) : value;
}

function evaluated(text: string, data: unknown, context: unknown): unknown {
  const [, intrinsic, list] = /^States\.(\w+)\((.*)\)$/s.exec(text) ?? [];
  if (!intrinsic) {
    return at(text, data, context);
  }
  const values = [...list.matchAll(/'((?:[^'\\]|\\.)*)'|(\$[\w.$*[\]]*)|(-?\d+)/g)].map(([, literal, path, number]) =>
    literal !== undefined ? literal : path !== undefined ? at(path, data, context) : Number(number),
  );
  switch (intrinsic) {
    case 'Array':
      return values;
    case 'ArrayContains':
      return (values[0] as unknown[]).includes(values[1]);
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
