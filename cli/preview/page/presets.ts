import { TOKEN } from './api';

/** A request to start from. */
export interface Preset {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly from?: string;
  readonly headers?: string;
  readonly body?: string;
  /** Its process. Not shown if the template does not have it. */
  readonly process?: string;
}

const JSON_TYPE = 'Content-Type: application/json';
const EVENT = JSON.stringify({ api_key: TOKEN, event: 'tried', distinct_id: 'a-client', properties: { from: 'the try box' } });

/** Sample requests that must be forwarded, and others that must be refused. */
export const PRESETS: readonly Preset[] = [
  { name: 'an event', method: 'POST', url: '/e/', headers: JSON_TYPE, body: EVENT },
  { name: 'a spoofed client IP', method: 'POST', url: '/e/', headers: `X-Forwarded-For: 203.0.113.66\n${JSON_TYPE}`, body: EVENT },
  { name: 'a flag request', method: 'POST', url: '/flags/?v=2', headers: JSON_TYPE, body: JSON.stringify({ token: TOKEN, distinct_id: 'a-client' }) },
  { name: 'live counts', method: 'GET', url: '/livestream/stats', headers: 'Authorization: Bearer any', process: 'livestream' },
  { name: 'the app as a public client', method: 'GET', url: '/project/1/insights' },
  { name: 'an internal path', method: 'GET', url: '/api/internal/status' },
  { name: 'an evasion', method: 'GET', url: '/static/../login' },
];
