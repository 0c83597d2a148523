import { PostHogProcess } from '../posthog-process';
import { Endpoint, PathMatch } from './endpoint';
import { EndpointGroup } from './endpoint-group';

const { EXACT, CHILD } = PathMatch;
const { WEB } = PostHogProcess;
const { SDK_API } = EndpointGroup;

/** Calls of SDKs with an API key: posthog 7.91.1 (ai/prompts.py, emails.py), posthog-node 5.70.0 (emails.js); posthog/api/llm_prompt.py. */
export const SDK_API_ENDPOINTS = {
  PROMPTS: {
    path: '/api/environments/*/llm_prompts',
    match: EXACT,
    process: WEB,
    group: SDK_API,
    rule: 'SdkPrompts',
    purpose: 'Prompts, all of them',
  },
  PROMPT: {
    path: '/api/environments/*/llm_prompts/name',
    match: CHILD,
    process: WEB,
    group: SDK_API,
    rule: 'SdkPrompts',
    purpose: 'Prompts, by name',
  },
  PROJECT_PROMPTS: {
    path: '/api/projects/*/llm_prompts',
    match: EXACT,
    process: WEB,
    group: SDK_API,
    rule: 'SdkPrompts',
    purpose: 'Prompts, all of them, at their newer path',
  },
  PROJECT_PROMPT: {
    path: '/api/projects/*/llm_prompts/name',
    match: CHILD,
    process: WEB,
    group: SDK_API,
    rule: 'SdkPrompts',
    purpose: 'Prompts, by name, at their newer path',
  },
  EMAILS_SEND: {
    path: '/api/projects/*/messaging/send/email',
    match: EXACT,
    process: WEB,
    group: SDK_API,
    rule: 'SdkEmails',
    purpose: 'Sending e-mails',
  },
  EMAIL_UPLOADS: {
    path: '/api/projects/*/messaging/attachments/uploads',
    match: EXACT,
    process: WEB,
    group: SDK_API,
    rule: 'SdkEmails',
    purpose: 'Attachments of e-mails',
  },
  EMAILS: {
    path: '/api/projects/*/messaging/emails',
    match: CHILD,
    process: WEB,
    group: SDK_API,
    rule: 'SdkEmails',
    purpose: 'Delivery status of an e-mail',
  },
  EMAIL_PREFERENCES: {
    path: '/api/projects/*/messaging/preferences',
    match: EXACT,
    process: WEB,
    group: SDK_API,
    rule: 'SdkEmails',
    purpose: 'Preferences of a recipient of e-mails',
  },
} as const satisfies Readonly<Record<string, Endpoint>>;
