import { IncomingMessage, ServerResponse } from 'node:http';

/** Returns path and query of a request. The path is unchanged. */
export function partsOf({ url = '/' }: IncomingMessage): { path: string; query: URLSearchParams } {
  const [path, query = ''] = url.split(/\?(.*)/s);
  return { path, query: new URLSearchParams(query) };
}

/** Returns the path without a trailing slash. */
export function plainPath(req: IncomingMessage): string {
  return partsOf(req).path.replace(/(?<=.)\/$/, '');
}

/** Responds with JSON. */
export function json(res: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(value));
}

/** Responds with a line of text. */
export function text(res: ServerResponse, status: number, line: string): void {
  res.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(line);
}

/**
 * Allows pages of any origin to read the response, with credentials, and answers a preflight: the policy of capture, feature-flags and
 * hypercache-server (tower-http's CorsLayer in rust/capture/src/router.rs and its siblings; it answers every OPTIONS itself, with 200).
 *
 * @returns whether the request was a preflight, which is then answered
 */
export function answeredByCors(req: IncomingMessage, res: ServerResponse, methods: readonly string[]): boolean {
  const { origin } = req.headers;
  if (origin !== undefined) {
    res.setHeader('Access-Control-Allow-Origin', origin);
    res.setHeader('Access-Control-Allow-Credentials', 'true');
  }
  res.setHeader('Vary', 'origin, access-control-request-method, access-control-request-headers');
  if (req.method !== 'OPTIONS') {
    return false;
  }
  const requested = req.headers['access-control-request-headers'];
  res
    .writeHead(200, {
      'Access-Control-Allow-Methods': methods.join(','),
      ...(requested === undefined ? {} : { 'Access-Control-Allow-Headers': requested }),
    })
    .end();
  return true;
}

/** A body that is larger than the limit of a process. */
export class BodyTooLarge extends Error {}

/**
 * Reads the whole body of a request. Data beyond the limit is read and discarded, so that the response still reaches the client.
 *
 * @param req the request
 * @param limit the limit of the process in bytes
 */
export async function bodyOf(req: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= limit) {
      chunks.push(chunk);
    } else {
      chunks.length = 0;
    }
  }
  if (length > limit) {
    throw new BodyTooLarge(`the body is larger than ${limit} bytes`);
  }
  return Buffer.concat(chunks);
}
