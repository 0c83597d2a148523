import { MAX_REGEX_LENGTH } from './managed-rules';
import { ALWAYS_PUBLIC } from '../../catalog/endpoints/endpoint-group';
import { patternsOf } from '../routing/path-pattern';
import { PublicEndpoint } from '../routing/public-endpoint';

/**
 * Requests that sign in, sign up, and reset a password or a second factor: JSON that is small and plain.
 *
 * Sources: posthog/urls.py and posthog/api/rest_router.py of PostHog/posthog, July 2026.
 */
export const SIGN_IN = '^/api/(login|signup|social_signup|reset|reset_2fa)(/|$)';

/** The same with those of passkeys, whose bodies are binary. */
export const SIGN_IN_OR_PASSKEY = '^/api/(login|signup|social_signup|reset|reset_2fa|webauthn/(login|signup-register))(/|$)';

/** The app's API, which SDKs use for their own endpoints alone. */
export const API = '^/api/';

/**
 * Paths whose query strings have content of a user: HogQL, filters, addresses of pages, and addresses of clients to return to.
 *
 * Sources, of PostHog/posthog in July 2026:
 * - /api: `toParams()` in frontend/src/lib/api.ts, for events, persons and recordings with their filters
 * - /project: pages keep filters in their URL, and the SQL editor its query as `open_query` (editorSceneLogic.tsx); `addProjectIdIfMissing()` in
 *   frontend/src/lib/utils/kea-router.ts prefixes them
 * - /login, /signup: `next` is such a page
 * - /oauth, /toolbar_oauth, /authorize_and_redirect: redirects to clients such as http://127.0.0.1:8080/callback
 * - /render_query: the query to render
 * - /public: webhooks that are sources of events, with parameters of their senders
 * - /livestream: filters of live events, a distinct id among them
 */
export const FREE_QUERIES = '^/(api|project|login|signup|oauth|toolbar_oauth|authorize_and_redirect|render_query|public|livestream)(/|$)';

/**
 * Returns regular expressions that match the paths of SDK endpoints, as few as possible.
 *
 * They are the patterns of the listener rules: the firewall exempts what the load balancer forwards without the app's permission, and no more.
 */
export function sdkPaths(): string[] {
  const patterns = PublicEndpoint.all()
    .filter(({ group }) => ALWAYS_PUBLIC.includes(group))
    .flatMap((endpoint) => {
      const { globs = [], regexes = [] } = patternsOf([endpoint]);
      return [...globs.map(regexOf), ...regexes.map((regex) => regex.replace(/^\^|\$$/g, ''))];
    });
  return packed(patterns);
}

/** Returns a pattern with wildcards as a regular expression. */
function regexOf(glob: string): string {
  return glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
}

/** Joins patterns to alternatives of whole paths, within the length that AWS accepts. */
function packed(patterns: readonly string[]): string[] {
  const groups: string[][] = [];
  for (const pattern of patterns) {
    const last = groups.at(-1);
    if (last && anyOf([...last, pattern]).length <= MAX_REGEX_LENGTH) {
      last.push(pattern);
    } else {
      groups.push([pattern]);
    }
  }
  return groups.map(anyOf);
}

function anyOf(patterns: readonly string[]): string {
  return `^(${patterns.join('|')})$`;
}
