import { Access } from './access';
import { Outcome } from './request-trace';
import { reached, probe, ProbeContext } from './probes';
import { PostHogProcess } from '../lib/internal';

/** How one page of the app answers a stranger. */
export type Answer = 'open' | 'sign-in' | 'refused';

/** Who can open the app, as the rules are now. */
export interface AppState {
  readonly access: Access;
  /** How each page answers a stranger; they should all do so alike. */
  readonly pages: readonly { readonly page: string; readonly answer: Answer }[];
  /** The process that is the app. */
  readonly process: string;
}

/** Pages and calls of the app (posthog/urls.py, July 2026). */
export const APP_PAGES: readonly string[] = [
  '/', '/login', '/signup', '/settings', '/project/1', '/admin/', '/api/projects/', '/api/projects/1/query/', '/api/users/@me/', '/api/personal_api_keys/',
];

const METHODS = ['GET', 'POST'];

/** Who can open the app: seen from a stranger first, then from the networks that rules name. */
export function appStateOf(tried: ProbeContext): AppState {
  const outcomes = (address: string) => APP_PAGES.map((page) => ({ page, seen: METHODS.map((method) => probe(tried, page, address, method).outcome) }));
  const strangers = outcomes(tried.stranger);
  const everybody = [strangers, ...tried.insiders.map(outcomes)].flat().flatMap(({ seen }) => seen);
  const inside = tried.insiders.flatMap(outcomes).flatMap(({ seen }) => seen.map(answerOf));
  const pages = strangers.map(({ page, seen }) => ({ page, answer: openest(seen.map(answerOf)) }));
  const access = accessOf(openest(pages.map(({ answer }) => answer)), openest(inside));
  return { access, pages, process: mostly(everybody.flatMap((outcome) => reached(outcome) ?? [])) ?? PostHogProcess.WEB };
}

function answerOf(outcome: Outcome): Answer {
  if (outcome.kind === 'arrives') {
    return 'open';
  }
  return outcome.kind === 'sign-in' ? 'sign-in' : 'refused';
}

/** What a visitor who tries everything gets. */
function openest(answers: readonly Answer[]): Answer {
  return (['open', 'sign-in'] as const).find((answer) => answers.includes(answer)) ?? 'refused';
}

function accessOf(stranger: Answer, insider: Answer): Access {
  if (stranger === 'refused') {
    return insider === 'refused' ? 'nobody' : 'cidrs';
  }
  return stranger === 'open' ? 'anyone' : 'authenticated';
}

function mostly(names: readonly string[]): string | undefined {
  const count = (name: string) => names.filter((other) => other === name).length;
  return [...new Set(names)].sort((a, b) => count(b) - count(a))[0];
}
