import { IncomingMessage, ServerResponse } from 'node:http';
import { answeredByCors, json, partsOf, plainPath, text } from './replies';
import { Handler } from './stub';

const CONFIG = /^\/array\/(?<token>[^/]+)\/config(?<script>\.js)?$/;
/** The characters of a token, which is inserted into a script (rust/hypercache-server/src/token.rs). */
const TOKEN = /^[A-Za-z0-9_-]{1,200}$/;
const CACHED = { 'Cache-Control': 'public, max-age=300', 'Vary': 'Origin, Referer' };

/** Stub of hypercache-server: one configuration for every project. */
export function hypercacheServer(): Handler {
  return (req, res) => {
    req.resume();
    const path = plainPath(req);
    if (answeredByCors(req, res, ['GET', 'POST', 'OPTIONS', 'HEAD'])) {
      return;
    }
    const config = CONFIG.exec(path)?.groups;
    if (config) {
      serveConfig(res, config.token, config.script !== undefined);
    } else if (path === '/surveys' || path === '/api/surveys') {
      surveys(req, res);
    } else {
      text(res, path === '/' ? 200 : 404, path === '/' ? 'hypercache-server' : '');
    }
  };
}

/** Returns the configuration of a project. Most features are on, so that the SDK loads its other scripts (posthog/models/remote_config.py). */
function configOf(token: string): object {
  return {
    token,
    supportedCompression: ['gzip', 'gzip-js'],
    hasFeatureFlags: true,
    captureDeadClicks: true,
    capturePerformance: { network_timing: true, web_vitals: true, web_vitals_allowed_metrics: null },
    autocapture_opt_out: false,
    autocaptureExceptions: true,
    analytics: { endpoint: '/i/v0/e/' },
    elementsChainAsString: true,
    errorTracking: { autocaptureExceptions: true, suppressionRules: [] },
    logs: { captureConsoleLogs: false },
    sessionRecording: {
      endpoint: '/s/',
      consoleLogRecordingEnabled: true,
      recorderVersion: 'v2',
      sampleRate: null,
      minimumDurationMilliseconds: null,
      linkedFlag: null,
      networkPayloadCapture: null,
      masking: null,
      urlTriggers: [],
      urlBlocklist: [],
      eventTriggers: [],
      triggerMatchType: null,
      scriptConfig: { script: 'posthog-recorder' },
      domains: [],
      recordCanvas: false,
      canvasFps: null,
      canvasQuality: null,
      version: 1,
    },
    heatmaps: true,
    conversations: false,
    surveys: SURVEYS,
    survey_config: null,
    productTours: false,
    defaultIdentifiedOnly: true,
    siteApps: [],
  };
}

/** A survey that is not displayed automatically. */
const SURVEYS = [
  {
    id: '00000000-0000-4000-8000-000000000001',
    name: 'A survey of the preview',
    description: '',
    type: 'api',
    questions: [{ id: 'q1', type: 'open', question: 'What did you see?' }],
    conditions: null,
    appearance: null,
    start_date: '2026-01-01T00:00:00Z',
    end_date: null,
    enable_partial_responses: false,
    schedule: 'once',
    current_iteration: null,
    current_iteration_start_date: null,
  },
];

function serveConfig(res: ServerResponse, token: string, asScript: boolean): void {
  if (!TOKEN.test(token)) {
    text(res, 400, 'Invalid token');
  } else if (asScript) {
    const assigned = `window._POSTHOG_REMOTE_CONFIG['${token}'] = { config: ${JSON.stringify(configOf(token))}, siteApps: [] };`;
    res
      .writeHead(200, { 'Content-Type': 'application/javascript', ...CACHED })
      .end(`(function() {\n  window._POSTHOG_REMOTE_CONFIG = window._POSTHOG_REMOTE_CONFIG || {};\n  ${assigned}\n})();`);
  } else {
    json(res, 200, configOf(token), CACHED);
  }
}

function surveys(req: IncomingMessage, res: ServerResponse): void {
  const { query } = partsOf(req);
  if ((query.get('token') ?? query.get('api_key') ?? '') === '' && req.method === 'GET') {
    text(res, 401, 'Token is missing');
  } else {
    json(res, 200, { surveys: SURVEYS, survey_config: null });
  }
}
