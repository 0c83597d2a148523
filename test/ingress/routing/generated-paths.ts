import { PublicEndpoint } from '../../../lib';
import { samplesOf } from '../../../cli/ingress/probes';

/** A pseudo-random generator (mulberry32), so that every run tries the same paths. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Public endpoints, exact and as a root, and starts that are none. */
const STARTS = [
  '',
  '',
  '',
  '/x',
  '/E',
  'http://posthog.example.com',
  ...PublicEndpoint.all().map(({ path }) => path.replaceAll('*', '1')),
  ...PublicEndpoint.all().flatMap(samplesOf),
  '/static/array.js',
  '/static/1.2.3/recorder.js',
];

/** What leads from one path to another in the eyes of some server, or seems to. */
const STEPS = [
  '/',
  '/',
  '/',
  '/../',
  '/../../',
  '/../../../',
  '/./',
  '//',
  '/..%2f',
  '%2f..%2f',
  '%2F..%2F..%2f',
  '/%2e%2e/',
  '/.%2E/',
  '/%2e%2e%2f',
  '/%252e%252e/',
  '/..%252f',
  '/..\\',
  '/..%5c',
  '/..;/',
  ';/../',
  '%00/../',
  '/%2f',
  '%2f',
  '#/../',
  '?/../',
  '%3f/../',
  '/x/../../',
  '/a.js/../',
  '',
];

/** What no public client may reach, and words that the app looks for anywhere in a path. */
const TARGETS = [
  '',
  'login',
  'x/login',
  'signup',
  'signup/x',
  'reset',
  'preflight',
  'unsubscribe',
  'verify_email',
  'organization/billing/subscribed',
  'organization/confirm-creation',
  'code/canvas/a/b',
  'code/task/a',
  'agentic/account-mismatch',
  '_preflight',
  '_stats',
  '_metrics',
  'internal/notebooks/data_plane/query/',
  'internal/tasks/runs/1/agent-proxy-callback/',
  'api/internal/hog_flows/process_due_schedules',
  'api/projects/1/internal/signals/emit',
  'api/users/@me/',
  'api/schema/',
  'api/login',
  'api/projects/1/insights/',
  'api/conversations/v1/slack/authorize',
  'api/conversations/v1/email/connect',
  'api/oauth/connected-apps',
  'admin/',
  'project/1',
  'livestream/metrics',
  'scim/v2/login/Users',
  'static/array.js',
  'array.js',
  'e/',
];

const TAILS = [
  '',
  '',
  '',
  '/',
  '.js',
  '.js',
  '/x.js',
  '.a-b.js.map',
  '#',
  '#/',
  '/#x',
  '?x=1',
  '?x=/static/a.js',
  '%3f',
  '%23x',
  '/.',
  '/..',
  '%2f',
  ';x',
  '%20',
  '%00',
  '//',
];

/** Returns a text with some of its characters percent-encoded. */
function encoded(text: string, pick: (below: number) => number): string {
  return [...text].map((char) => (pick(8) === 0 && /[\w./-]/.test(char) ? `%${char.charCodeAt(0).toString(16).padStart(2, '0')}` : char)).join('');
}

/** Returns paths that combine public endpoints with escapes and targets, once each. */
export function generatedPaths(count: number, seed = 1): string[] {
  const pick = generator(seed);
  const one = <T>(list: readonly T[]): T => list[pick(list.length)];
  const found = new Set<string>();
  while (found.size < count) {
    const path = one(STARTS) + one(STEPS) + one(TARGETS) + one(TAILS);
    const twice = pick(4) === 0 ? one(STARTS) + one(STEPS) + path.replace(/^\//, '') : path;
    found.add(pick(5) === 0 ? encoded(twice, pick) : twice);
  }
  return [...found];
}
