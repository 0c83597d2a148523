import { createHash, createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** A request to an API of AWS. */
export interface AwsRequest {
  readonly service: string;
  readonly region: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST';
  /** The endpoint, with a path or without. */
  readonly endpoint: string;
  /** The path below the endpoint, not encoded, without a slash at its start. */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The response of an API of AWS. */
export interface AwsResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** The credentials of the function's role. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const ATTEMPTS = 5;
const REQUEST_TIMEOUT_MS = 30_000;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** Encodes a text as Signature Version 4 demands: everything except the unreserved characters of RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Returns the credentials that Lambda sets. */
export function functionCredentials(env: NodeJS.ProcessEnv = process.env): AwsCredentials {
  return {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
    sessionToken: env.AWS_SESSION_TOKEN,
  };
}

/**
 * Returns the URL and the headers of a request, with Signature Version 4.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function sign(request: AwsRequest, credentials: AwsCredentials, now: Date): { url: string; headers: Record<string, string> } {
  const { host, pathname, protocol } = new URL(request.endpoint);
  const path = `${pathname.replace(/\/$/, '')}/${(request.path ?? '').split('/').map(encode).join('/')}`;
  const query = Object.entries(request.query ?? {})
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const time = now.toISOString().replace(/\.\d+|[-:]/g, '');
  const bodyHash = sha256(request.body ?? '');
  const headers: Record<string, string> = {
    ...Object.fromEntries(Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value.trim()])),
    host,
    'x-amz-date': time,
    ...(request.service === 's3' ? { 'x-amz-content-sha256': bodyHash } : {}),
    ...(credentials.sessionToken ? { 'x-amz-security-token': credentials.sessionToken } : {}),
  };
  const names = Object.keys(headers).sort();
  const canonical = [request.method, path, query, ...names.map((name) => `${name}:${headers[name]}`), '', names.join(';'), bodyHash].join('\n');
  const scope = `${time.slice(0, 8)}/${request.region}/${request.service}/aws4_request`;
  const key = scope.split('/').reduce<string | Buffer>((previous, part) => hmac(previous, part), `AWS4${credentials.secretAccessKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex');
  return {
    url: `${protocol}//${host}${path}${query ? `?${query}` : ''}`,
    headers: {
      ...headers,
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
    },
  };
}

/** Sends a request, several times if the service is busy or the connection fails. It returns every other response, also errors. */
export async function send(request: AwsRequest, pause: (milliseconds: number) => Promise<unknown> = sleep): Promise<AwsResponse> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await sendOnce(request);
      if (attempt === ATTEMPTS || !isBusy(response)) {
        return response;
      }
    } catch (error) {
      if (attempt === ATTEMPTS) {
        throw new Error(`${request.service} cannot be reached at ${request.endpoint}: ${causeOf(error)}`, { cause: error });
      }
    }
    await pause(200 * 2 ** attempt);
  }
}

async function sendOnce(request: AwsRequest): Promise<AwsResponse> {
  const { url, headers } = sign(request, functionCredentials(), new Date());
  const response = await fetch(url, { method: request.method, headers, body: request.body, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

/** 409 is S3's response to conditional writes of one key at the same time. */
function isBusy({ status, body }: AwsResponse): boolean {
  return status >= 500 || status === 429 || status === 409 || /<Code>(Throttling|RequestLimitExceeded|RequestTimeout)/.test(body);
}

function causeOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

/** Returns the error for a response that was not expected. */
export function responseError(what: string, { status, body }: AwsResponse): Error {
  const [code, message] = ['Code', 'Message'].map((name) => new RegExp(`<${name}>([^<]*)`).exec(body)?.[1]);
  return new Error(`${what}: ${status}${code ? ` ${code}` : ''}${message ? `: ${message}` : ''}`);
}
