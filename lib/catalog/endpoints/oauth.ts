import { PostHogProcess } from '../posthog-process';
import { Endpoint, PathMatch } from './endpoint';
import { EndpointGroup } from './endpoint-group';

const { BELOW, EXACT } = PathMatch;
const { WEB } = PostHogProcess;
const { OAUTH } = EndpointGroup;

/** Endpoints of the OAuth provider. */
export const OAUTH_ENDPOINTS = {
  OAUTH: { path: '/oauth', match: BELOW, process: WEB, group: OAUTH, rule: 'OAuth', purpose: 'The OAuth provider' },
  WELL_KNOWN: { path: '/.well-known', match: BELOW, process: WEB, group: OAUTH, rule: 'OAuth', purpose: 'Discovery documents of the OAuth provider' },
  TOOLBAR_OAUTH: { path: '/toolbar_oauth', match: BELOW, process: WEB, group: OAUTH, rule: 'OAuth', purpose: 'Signing in from the toolbar' },
  OAUTH_API: { path: '/api/oauth', match: BELOW, process: WEB, group: OAUTH, rule: 'OAuth', purpose: "Metadata of PostHog's own OAuth clients" },
  AUTH_MD: { path: '/auth.md', match: EXACT, process: WEB, group: OAUTH, rule: 'OAuth', purpose: 'Sign-in instructions for agents' },
} as const satisfies Readonly<Record<string, Endpoint>>;
