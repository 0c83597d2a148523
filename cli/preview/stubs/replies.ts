import { IncomingMessage, ServerResponse } from 'node:http';

/** Path and query of a request. Its path stands as it was sent. */
export function partsOf({ url = '/' }: IncomingMessage): { path: string; query: URLSearchParams } {
  const [path, query = ''] = url.split(/\?(.*)/s);
  return { path, query: new URLSearchParams(query) };
}

/** The path without a slash at its end. */
export function plainPath(req: IncomingMessage): string {
  return partsOf(req).path.replace(/(?<=.)\/$/, '');
}

/** Answers with JSON. */
export function json(res: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(value));
}

/** Answers with a line of text. */
export function text(res: ServerResponse, status: number, line: string): void {
  res.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(line);
}

/**
 * Lets pages of any origin read the answer, with credentials, and answers a preflight: the policy of capture, feature-flags and
 * hypercache-server (tower-http's CorsLayer in rust/capture/src/router.rs and its siblings; it answers each OPTIONS itself, with 200).
 *
 * @returns whether the request was such a preflight, and is answered
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
  const asked = req.headers['access-control-request-headers'];
  res.writeHead(200, { 'Access-Control-Allow-Methods': methods.join(','), ...(asked === undefined ? {} : { 'Access-Control-Allow-Headers': asked }) }).end();
  return true;
}

/** A body that is larger than a process takes. */
export class BodyTooLarge extends Error {}

/**
 * The whole body of a request. What goes beyond the limit is read and thrown away, so that the answer still reaches the visitor.
 *
 * @param req the request
 * @param limit how many bytes the process takes
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
