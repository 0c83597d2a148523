import { createHash, randomUUID } from 'node:crypto';
import { IncomingMessage, ServerResponse } from 'node:http';
import { definitions, evaluated, FLAGS, FlagsQuestion } from './flag-set';
import { objectIn, unpacked, UnreadablePayload } from './payload';
import { answeredByCors, bodyOf, BodyTooLarge, json, partsOf, plainPath, text } from './replies';
import { Handler } from './stub';

/** `MAX_FLAGS_BODY_BYTES` in rust/feature-flags/src/router.rs. */
const BODY_LIMIT = 2 * 1024 * 1024;
const REMOTE_CONFIG = /^\/api\/projects\/[^/]+\/feature_flags\/(?<key>[^/]+)\/remote_config$/;
const METHODS = ['GET', 'POST', 'OPTIONS', 'HEAD'];

/** Stub of feature-flags: a small set of flags, in the formats of current SDKs. */
export function featureFlags(): Handler {
  return async (req, res) => {
    const path = plainPath(req);
    if (answeredByCors(req, res, METHODS)) {
      return;
    }
    const key = REMOTE_CONFIG.exec(path)?.groups?.key;
    if (path === '/flags' || path === '/decide') {
      await flags(req, res);
    } else if (path === '/flags/definitions' || path === '/api/feature_flag/local_evaluation') {
      withCredentials(req, res, () => allDefinitions(req, res));
    } else if (key !== undefined) {
      withCredentials(req, res, () => remoteConfig(res, key));
    } else {
      req.resume();
      text(res, path === '/' ? 200 : 404, path === '/' ? 'feature flags' : '');
    }
  };
}

/** Responds in the current format for version 2 or later, in the old one otherwise (rust/feature-flags/src/api/endpoint.rs). */
async function flags(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { query } = partsOf(req);
  const common = { errorsWhileComputingFlags: false, requestId: randomUUID(), evaluatedAt: Date.now() };
  const isCurrent = Number(query.get('v') ?? query.get('version')) >= 2;
  if (req.method !== 'POST') {
    req.resume();
    json(res, 200, isCurrent ? { ...common, flags: {} } : { ...common, featureFlags: {}, featureFlagPayloads: {} });
    return;
  }
  let question: FlagsQuestion & { flag_keys_to_evaluate?: string[] | null };
  try {
    question = objectIn(unpacked(await bodyOf(req, BODY_LIMIT), req.headers['content-type'], BODY_LIMIT));
  } catch (error) {
    if (error instanceof BodyTooLarge || error instanceof UnreadablePayload) {
      text(res, error instanceof BodyTooLarge ? 413 : 400, error.message);
      return;
    }
    throw error;
  }
  if ((question.token ?? question.api_key) === undefined) {
    text(res, 401, 'No API token provided.');
    return;
  }
  const found = evaluated(question, question.flag_keys_to_evaluate) as Record<
    string,
    { enabled: boolean; variant: string | null; metadata: { payload: string | null } }
  >;
  json(res, 200, isCurrent ? { ...common, flags: found } : { ...common, ...oldShape(found) });
}

function oldShape(found: Record<string, { enabled: boolean; variant: string | null; metadata: { payload: string | null } }>): object {
  const entries = Object.entries(found);
  return {
    featureFlags: Object.fromEntries(entries.map(([key, { enabled, variant }]) => [key, variant ?? enabled])),
    featureFlagPayloads: Object.fromEntries(
      entries.filter(([, { metadata }]) => metadata.payload !== null).map(([key, { metadata }]) => [key, metadata.payload]),
    ),
  };
}

/** Definitions and remote configurations require a secret key. The stub accepts any. */
function withCredentials(req: IncomingMessage, res: ServerResponse, then: () => void): void {
  req.resume();
  if (req.method !== 'GET') {
    res.writeHead(req.method === 'HEAD' ? 200 : 405, { 'Content-Type': 'application/json', 'Allow': 'GET, OPTIONS, HEAD' }).end();
  } else if (/^Bearer .+/.test(req.headers.authorization ?? '')) {
    then();
  } else {
    json(res, 401, { type: 'authentication_error', code: 'not_authenticated', detail: 'Authentication credentials were not provided.', attr: null });
  }
}

function allDefinitions(req: IncomingMessage, res: ServerResponse): void {
  const body = definitions();
  const etag = `W/"${createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 16)}"`;
  const headers = { 'ETag': etag, 'Cache-Control': 'private, must-revalidate' };
  if (req.headers['if-none-match'] === etag) {
    res.writeHead(304, headers).end();
  } else {
    json(res, 200, body, headers);
  }
}

function remoteConfig(res: ServerResponse, encoded: string): void {
  const key = decoded(encoded);
  const flag = FLAGS.find((one) => one.key === key && one.payload !== undefined);
  if (flag) {
    json(res, 200, JSON.stringify(flag.payload));
  } else {
    json(res, 404, { type: 'invalid_request', code: 'not_found', detail: 'Not found.', attr: null });
  }
}

/** Decodes a part of a path; undefined if it is invalid. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
