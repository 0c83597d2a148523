import { Access } from './access';
import { Outcome } from './request-trace';
import { reached, probe, ProbeContext } from './probes';
import { PostHogProcess } from '../../lib/internal';

/** The answer of one page of the app to a public client. */
export type Answer = 'open' | 'sign-in' | 'refused';

/** The access to the app, according to the rules. */
export interface AppState {
  readonly access: Access;
  /** The answer of each page to a public client. All should be the same. */
  readonly pages: readonly { readonly page: string; readonly answer: Answer }[];
  /** The process that serves the app. */
  readonly process: string;
}

/** Pages and calls of the app (posthog/urls.py, July 2026). */
export const APP_PAGES: readonly string[] = [
  '/',
  '/login',
  '/signup',
  '/settings',
  '/project/1',
  '/admin/',
  '/api/projects/',
  '/api/projects/1/query/',
  '/api/users/@me/',
  '/api/personal_api_keys/',
];

const METHODS = ['GET', 'POST'];

/** Determines who can open the app: tries a public client first, then the networks that rules name. */
export function appStateOf(tried: ProbeContext): AppState {
  const outcomes = (address: string) =>
    APP_PAGES.map((page) => ({ page, seen: METHODS.map((method) => probe(tried, page, address, method).outcome) }));
  const publicPages = outcomes(tried.publicClient);
  const everybody = [publicPages, ...tried.allowedClients.map(outcomes)].flat().flatMap(({ seen }) => seen);
  const inside = tried.allowedClients.flatMap(outcomes).flatMap(({ seen }) => seen.map(answerOf));
  const pages = publicPages.map(({ page, seen }) => ({ page, answer: openest(seen.map(answerOf)) }));
  const access = accessOf(openest(pages.map(({ answer }) => answer)), openest(inside));
  return { access, pages, process: mostly(everybody.flatMap((outcome) => reached(outcome) ?? [])) ?? PostHogProcess.WEB };
}

function answerOf(outcome: Outcome): Answer {
  if (outcome.kind === 'forwarded') {
    return 'open';
  }
  return outcome.kind === 'sign-in' ? 'sign-in' : 'refused';
}

/** Returns the best answer that a client can get. */
function openest(answers: readonly Answer[]): Answer {
  return (['open', 'sign-in'] as const).find((answer) => answers.includes(answer)) ?? 'refused';
}

function accessOf(publicClient: Answer, allowedClient: Answer): Access {
  if (publicClient === 'refused') {
    return allowedClient === 'refused' ? 'nobody' : 'cidrs';
  }
  return publicClient === 'open' ? 'anyone' : 'authenticated';
}

function mostly(names: readonly string[]): string | undefined {
  const count = (name: string) => names.filter((other) => other === name).length;
  return [...new Set(names)].sort((a, b) => count(b) - count(a))[0];
}
