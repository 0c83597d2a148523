import { PostHogProcess } from '../posthog-process';
import { Endpoint, PathMatch, TrailingSlash } from './endpoint';
import { EndpointGroup } from './endpoint-group';

const { EXACT, LISTED } = PathMatch;
const { NONE } = TrailingSlash;
const { WEB } = PostHogProcess;
const { OAUTH } = EndpointGroup;

/**
 * Endpoints of the OAuth provider (posthog/oauth2_urls.py, posthog/urls.py). The rest of `/api/oauth`, the list of connected apps, is for users who
 * are signed in.
 */
export const OAUTH_ENDPOINTS = {
  OAUTH: {
    path: '/oauth',
    match: LISTED,
    below: ['authorize/?', 'token/?', 'revoke/?', 'introspect/?', 'userinfo/?', 'register/?'],
    process: WEB,
    group: OAUTH,
    rule: 'OAuth',
    purpose: 'The OAuth provider',
  },
  WELL_KNOWN: {
    path: '/.well-known',
    match: LISTED,
    // The last one is of a newer posthog/urls.py.
    below: [
      'openid-configuration/?',
      'oauth-authorization-server/?',
      'oauth-protected-resource/?',
      'jwks.json',
      'security.txt/?',
      'http-message-signatures-directory/?',
    ],
    process: WEB,
    group: OAUTH,
    rule: 'OAuth',
    purpose: 'Discovery documents of the OAuth provider',
  },
  TOOLBAR_OAUTH: {
    path: '/toolbar_oauth',
    match: LISTED,
    below: ['authorize/', 'callback', 'check'],
    process: WEB,
    group: OAUTH,
    rule: 'OAuth',
    purpose: 'Signing in from the toolbar',
  },
  OAUTH_API: {
    path: '/api/oauth',
    match: LISTED,
    // The last one is of a newer posthog/urls.py.
    below: ['wizard/client-metadata', 'raycast/client-metadata', 'hogli/client-metadata'],
    process: WEB,
    group: OAUTH,
    rule: 'OAuth',
    purpose: "Metadata of PostHog's own OAuth clients",
  },
  AUTH_MD: {
    path: '/auth.md',
    match: EXACT,
    trailingSlash: NONE,
    process: WEB,
    group: OAUTH,
    rule: 'OAuth',
    purpose: 'Sign-in instructions for agents',
  },
} as const satisfies Readonly<Record<string, Endpoint>>;
