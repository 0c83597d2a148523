import { isIP } from 'node:net';
import { PreviewPorts } from './answers';
import { SOURCE_HEADER } from './server/load-balancer';
import { isLoopback } from './server/loopback';
import { Trial, TrialResult as Answer } from './page/wire';
import { NoResponse, RawRequest, RawResponse, sendRaw } from './raw-request';
import { ClientRequest, IngressModel, METHOD, urlParts } from '../ingress/ingress-model';
import { Outcome, trace, ruleName } from '../ingress/request-trace';
import { ClientIp } from '../client-ip/client-ip';
import { PUBLIC_CLIENT } from '../ingress/probes';
import { Header } from '../alb/headers';

/** The result of a request of the page: the data of the page, and more for programs. */
export interface TrialResult extends Answer {
  readonly request: ClientRequest;
  readonly rule: { readonly name: string; readonly priority?: number } | null;
  readonly outcome: Outcome;
  readonly clientIps: readonly ClientIp[];
}

/** An error in a request to try, for the user. */
export class TrialError extends Error {}

const BODY_SHOWN = 8 * 1024;
const LIMITS = { bytes: 256 * 1024, milliseconds: 3000 };
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Sends a request through the ingress, and traces it by the rules. */
export async function tryOut(input: unknown, chooseIngress: (host: string) => IngressModel, ports: PreviewPorts): Promise<TrialResult> {
  const trial = checked(input);
  const parts = urlParts(trial.url)!;
  const scheme = parts.scheme === 'http' ? 'http' : 'https';
  const named = parts.host ?? trial.headers?.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? '';
  const ingress = chooseIngress(named);
  const host = named === '' || isLoopback(named) ? (ingress.hosts[0] ?? 'localhost') : named;
  const headers = (trial.headers ?? []).filter(([name]) => !['host', SOURCE_HEADER.toLowerCase()].includes(name.toLowerCase()));
  const request: ClientRequest = { scheme, method: trial.method, host, target: parts.target ?? '/', sourceIp: trial.from ?? PUBLIC_CLIENT, headers };
  const port = scheme === 'https' ? ports.https : ports.http;
  if (port === undefined) {
    throw new TrialError('the template has no listener for plain HTTP');
  }
  const { rule, outcome } = trace(ingress, request);
  const {
    status,
    headers: answered,
    body,
  } = await send(port, { ...request, headers: [...headers, [SOURCE_HEADER, request.sourceIp]], body: trial.body });
  return {
    request,
    rule: rule ? { name: ruleName(rule), priority: rule.priority } : null,
    outcome,
    forwarded:
      outcome.kind === 'forwarded'
        ? { process: outcome.target.process, path: outcome.path, peer: outcome.peer, headers: outcome.headers }
        : undefined,
    clientIps: outcome.kind === 'forwarded' ? outcome.clientIps : [],
    response: { status, headers: answered, body: body.subarray(0, BODY_SHOWN).toString('utf8') },
  };
}

async function send(port: number, request: RawRequest): Promise<RawResponse> {
  try {
    return await sendRaw(port, request, LIMITS);
  } catch (error) {
    throw error instanceof NoResponse
      ? new TrialError(`no response within ${LIMITS.milliseconds / 1000} seconds; a stream may be waiting for its first event`)
      : error;
  }
}

function checked(input: unknown): Trial {
  const {
    method,
    url,
    from,
    headers = [],
    body,
  } = (typeof input === 'object' && input !== null ? input : {}) as Partial<Record<keyof Trial, unknown>>;
  if (typeof method !== 'string' || !METHOD.test(method)) {
    throw new TrialError('`method` must be an HTTP method such as GET or POST');
  }
  if (method === 'CONNECT') {
    throw new TrialError('`method` must not be CONNECT, which opens a tunnel');
  }
  if (typeof url !== 'string' || !urlParts(url) || /[\r\n]/.test(url)) {
    throw new TrialError('`url` must begin with /, https:// or http://, and have no line breaks');
  }
  if (from !== undefined && (typeof from !== 'string' || !isIP(from))) {
    throw new TrialError('`from` must be an IP address');
  }
  if (body !== undefined && typeof body !== 'string') {
    throw new TrialError('`body` must be a string');
  }
  if (!Array.isArray(headers) || !headers.every(isHeader)) {
    throw new TrialError('`headers` must be [name, value] pairs without line breaks');
  }
  return { method, url, from, headers, body };
}

function isHeader(pair: unknown): pair is Header {
  return (
    Array.isArray(pair) &&
    pair.length === 2 &&
    typeof pair[0] === 'string' &&
    HEADER_NAME.test(pair[0]) &&
    typeof pair[1] === 'string' &&
    !/[\r\n\0]/.test(pair[1])
  );
}
