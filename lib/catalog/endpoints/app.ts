import { PostHogProcess } from '../posthog-process';
import { Endpoint, PathMatch } from './endpoint';
import { EndpointGroup } from './endpoint-group';

const { EXACT, FILES, BELOW, LISTED } = PathMatch;
const { WEB } = PostHogProcess;
const { SDK } = EndpointGroup;

/** Endpoints of SDKs that the app serves. */
export const APP_ENDPOINTS = {
  EARLY_ACCESS_FEATURES: {
    path: '/api/early_access_features',
    match: EXACT,
    process: WEB,
    group: SDK,
    rule: 'AppSdk',
    purpose: 'Early access features',
  },
  WEB_EXPERIMENTS: { path: '/api/web_experiments', match: EXACT, process: WEB, group: SDK, rule: 'AppSdk', purpose: 'No-code experiments' },
  PRODUCT_TOURS: { path: '/api/product_tours', match: EXACT, process: WEB, group: SDK, rule: 'AppReports', purpose: 'Product tours' },
  CSP_REPORTS: {
    path: '/report',
    match: EXACT,
    process: WEB,
    group: SDK,
    rule: 'AppReports',
    purpose: 'Reports of content security policies, sent by browsers',
  },
  STATIC: {
    path: '/static',
    match: FILES,
    process: WEB,
    group: SDK,
    rule: 'SdkFiles',
    purpose: "The SDK's scripts, `/static/array.js` and those it loads later",
    documented: true,
  },
  PUSH_SUBSCRIPTIONS: {
    path: '/api/push_subscriptions',
    match: EXACT,
    process: WEB,
    group: SDK,
    rule: 'SdkFiles',
    purpose: 'Registrations for push notifications, from mobile apps',
  },
  SITE_APPS: {
    path: '/site_app',
    match: LISTED,
    below: ['<int>/*/*/'],
    process: WEB,
    group: SDK,
    rule: 'SdkFiles',
    purpose: 'Site apps',
  },
  CONVERSATIONS_WIDGET: {
    path: '/api/conversations/v1/widget',
    match: BELOW,
    process: WEB,
    group: SDK,
    rule: 'SdkFiles',
    purpose: 'The support widget',
  },
} as const satisfies Readonly<Record<string, Endpoint>>;
