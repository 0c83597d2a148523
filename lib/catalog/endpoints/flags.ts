import { PostHogProcess } from '../posthog-process';
import { Endpoint, PathMatch } from './endpoint';
import { EndpointGroup } from './endpoint-group';

const { EXACT_OR_BELOW, EXACT, BELOW } = PathMatch;
const { FEATURE_FLAGS, HYPERCACHE_SERVER } = PostHogProcess;
const { SDK } = EndpointGroup;

/** Endpoints of SDKs that the Rust services for flags and remote configuration serve. */
export const FLAGS_ENDPOINTS = {
  FLAGS: {
    path: '/flags',
    match: EXACT_OR_BELOW,
    process: FEATURE_FLAGS,
    group: SDK,
    rule: 'Flags',
    purpose: 'Feature flags, and their definitions for local evaluation',
    documented: true,
  },
  DECIDE: {
    path: '/decide',
    match: EXACT,
    process: FEATURE_FLAGS,
    group: SDK,
    rule: 'Flags',
    purpose: 'Feature flags of older SDKs; their other settings only with a header that a load balancer cannot add',
    documented: true,
    legacy: true,
  },
  LOCAL_EVALUATION: {
    path: '/api/feature_flag/local_evaluation',
    match: EXACT_OR_BELOW,
    process: FEATURE_FLAGS,
    group: SDK,
    rule: 'FlagDefinitions',
    purpose: 'Flag definitions of older server SDKs',
    legacy: true,
  },
  FLAG_REMOTE_CONFIG: {
    path: '/api/projects/*/feature_flags/*/remote_config',
    match: EXACT,
    process: FEATURE_FLAGS,
    group: SDK,
    rule: 'FlagDefinitions',
    purpose: 'Payloads of remote-config flags',
  },
  REMOTE_CONFIG: {
    path: '/array',
    match: BELOW,
    process: HYPERCACHE_SERVER,
    group: SDK,
    rule: 'RemoteConfig',
    purpose: "The SDK's configuration, `/array/<token>/config.js`",
  },
  SURVEYS: { path: '/api/surveys', match: EXACT, process: HYPERCACHE_SERVER, group: SDK, rule: 'RemoteConfig', purpose: 'Surveys to show' },
  SURVEYS_SHORT: {
    path: '/surveys',
    match: EXACT,
    process: HYPERCACHE_SERVER,
    group: SDK,
    rule: 'RemoteConfig',
    purpose: 'Surveys to show, at their short path',
  },
} as const satisfies Readonly<Record<string, Endpoint>>;
