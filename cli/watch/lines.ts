import { explain } from './explanations';
import { StackView, Waiting } from './view';

/** The kind of a line, which is its mark and colour. */
export type LineKind = 'info' | 'success' | 'problem' | 'fix';

/** A line of the output, without its time. */
export interface Line {
  readonly kind: LineKind;
  readonly text: string;
}

/** The number of resources that a line names. */
const NAMED = 3;

/** The length of a reason of AWS in a line. The whole one is in the console. */
const LONGEST_PROBLEM = 400;

/** Returns the lines for what has changed in a stack since the last observation. */
export function changes(before: StackView | undefined, now: StackView): Line[] {
  const { name } = now;
  const lines: Line[] = [];
  if (now.status !== before?.status && now.status !== undefined) {
    lines.push(statusLine(now));
  }
  if (now.headline !== undefined && now.phase !== before?.phase) {
    lines.push({ kind: 'info', text: `${name}: ${now.headline}` });
  }
  const wave = (view: StackView | undefined) => /wave \d+/.exec(view?.headline ?? '')?.[0];
  if (now.phase === before?.phase && wave(now) !== wave(before) && now.headline !== undefined) {
    lines.push({ kind: 'info', text: `${name}: ${now.headline}` });
  }
  now.problems.filter((problem) => !before?.problems.includes(problem)).forEach((problem) => lines.push(...problemLines(name, problem)));
  now.unavailable
    .filter((text) => !before?.unavailable.includes(text))
    .forEach((text) => lines.push({ kind: 'info', text: `${name}: unknown: ${text}` }));
  return lines;
}

/** Returns the line for what a stack waits for. */
export function waitingLine(view: StackView, now: Date): string {
  const { name, headline, waiting, done, total, rollingBack, startedAt } = view;
  const what = rollingBack ? 'rolling back' : (headline ?? 'in progress');
  const count = total === undefined || rollingBack ? '' : `, ${done} of ${total} resources done`;
  const since = startedAt === undefined ? '' : `, ${duration(now, startedAt)}`;
  return `${name}: ${what}${since}${count}${waiting.length > 0 ? `; waiting for ${waitingText(waiting, now)}` : ''}`;
}

/** Returns how long something has been going on: `45 s`, `12 min`, `1 h 15 min`. */
export function duration(now: Date, since: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - since.getTime()) / 1000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Returns a bar of a width: `[#####-----]  50 %`. */
export function bar(fraction: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}] ${String(Math.round(fraction * 100)).padStart(3)} %`;
}

function waitingText(waiting: readonly Waiting[], now: Date): string {
  const named = waiting.slice(0, NAMED).map(({ name, type, since }) => `${name} (${type.replace(/^AWS::/, '')}, ${duration(now, since)})`);
  const more = waiting.length - named.length;
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function statusLine({ name, status, reason, inProgress, startedAt, waiting }: StackView): Line {
  const text = `${name} is ${status}${reason ? `: ${shortened(reason)}` : ''}`;
  if (inProgress) {
    return { kind: /ROLLBACK/.test(status!) ? 'problem' : 'info', text: startedAt && waiting.length > 0 ? `${text} since ${time(startedAt)}` : text };
  }
  return { kind: /^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status!) ? 'success' : 'problem', text };
}

function problemLines(stack: string, problem: string): Line[] {
  const known = explain(problem);
  const lines: Line[] = [{ kind: 'problem', text: `${stack}: ${shortened(problem)}` }];
  return known === undefined ? lines : [...lines, { kind: 'fix', text: `fix: ${known.fix} (${known.page})` }];
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_PROBLEM ? `${line.slice(0, LONGEST_PROBLEM)}...` : line;
}

/** Returns a time of day in UTC. */
export function time(at: Date): string {
  return at.toISOString().slice(11, 19);
}
