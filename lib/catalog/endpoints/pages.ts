import { PostHogProcess } from '../posthog-process';
import { Endpoint, PathMatch, TrailingSlash } from './endpoint';
import { EndpointGroup } from './endpoint-group';

const { CHILD, EXACT_OR_CHILD, EXACT, BELOW, LISTED } = PathMatch;
const { NONE } = TrailingSlash;
const { WEB, PLUGINS } = PostHogProcess;
const { SHARED_CONTENT, END_USER_PAGES } = EndpointGroup;

/** Shared and embedded content, and pages for the customers' end users. */
export const PAGES_ENDPOINTS = {
  SHARED: {
    path: '/shared',
    match: CHILD,
    trailingSlash: NONE,
    process: WEB,
    group: SHARED_CONTENT,
    rule: 'SharedContent',
    purpose: 'Pages of shared insights and dashboards',
  },
  SHARED_DASHBOARD: {
    path: '/shared_dashboard',
    match: CHILD,
    trailingSlash: NONE,
    process: WEB,
    group: SHARED_CONTENT,
    rule: 'SharedContent',
    purpose: 'Shared dashboards, at their old path',
    legacy: true,
  },
  EMBEDDED: {
    path: '/embedded',
    match: CHILD,
    trailingSlash: NONE,
    process: WEB,
    group: SHARED_CONTENT,
    rule: 'SharedContent',
    purpose: 'Pages of embedded insights and dashboards',
  },
  EXPORTER: {
    path: '/exporter',
    match: EXACT_OR_CHILD,
    trailingSlash: NONE,
    process: WEB,
    group: SHARED_CONTENT,
    rule: 'SharedContent',
    purpose: 'Rendered exports',
  },
  INTERVIEW: {
    path: '/interview',
    match: CHILD,
    trailingSlash: NONE,
    process: WEB,
    group: SHARED_CONTENT,
    rule: 'SharedContent',
    purpose: 'Shared user interviews',
  },
  RENDER_QUERY: {
    path: '/render_query',
    match: EXACT,
    trailingSlash: NONE,
    process: WEB,
    group: SHARED_CONTENT,
    rule: 'SharedQueries',
    purpose: 'Rendered queries',
  },
  HOSTED_SURVEYS: { path: '/external_surveys', match: CHILD, process: WEB, group: END_USER_PAGES, rule: 'EndUserPages', purpose: 'Hosted surveys' },
  MESSAGE_PREFERENCES: {
    path: '/messaging-preferences',
    match: LISTED,
    below: ['*/', 'update/?'],
    process: WEB,
    group: END_USER_PAGES,
    rule: 'EndUserPages',
    purpose: 'Message preferences, linked from e-mails',
  },
  UPLOADED_MEDIA: {
    path: '/uploaded_media',
    match: CHILD,
    trailingSlash: NONE,
    process: WEB,
    group: END_USER_PAGES,
    rule: 'EndUserPages',
    purpose: 'Pictures uploaded for surveys, tours and e-mails',
  },
  UNSUBSCRIBE: {
    path: '/api/unsubscribe',
    match: EXACT,
    process: WEB,
    group: END_USER_PAGES,
    rule: 'Unsubscribe',
    purpose: 'Unsubscribing from notifications',
  },
  UNSUBSCRIBE_PAGE: {
    path: '/unsubscribe',
    match: EXACT,
    process: WEB,
    group: END_USER_PAGES,
    rule: 'Unsubscribe',
    purpose: 'The page behind unsubscribe links',
  },
  MESSAGE_TRACKING: {
    path: '/public/m',
    match: BELOW,
    process: PLUGINS,
    group: END_USER_PAGES,
    rule: 'MessageTracking',
    purpose: 'Opened and clicked links of e-mails',
  },
} as const satisfies Readonly<Record<string, Endpoint>>;
