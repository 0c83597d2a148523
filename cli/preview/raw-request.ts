import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { LOOPBACK } from './server/loopback';
import { Header } from '../alb/headers';

/** A request as it is sent over the wire. */
export interface RawRequest {
  readonly scheme: 'http' | 'https';
  readonly method: string;
  /** Path and query, sent untouched: an HTTP client would normalise them. */
  readonly target: string;
  readonly host: string;
  readonly headers: readonly Header[];
  readonly body?: string;
}

/** The response. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Header[];
  readonly body: Buffer;
}

/** An error for a missing or unreadable response. */
export class NoResponse extends Error {}

/** Limits for reading a response. */
export interface ReadLimits {
  readonly bytes: number;
  readonly milliseconds: number;
}

/**
 * Sends a request to a port of this machine, exactly as specified.
 *
 * @param port the port
 * @param request the request
 * @param limits the limits, after which the part that was read is the response
 */
export async function sendRaw(port: number, request: RawRequest, limits: ReadLimits): Promise<RawResponse> {
  // This process has started that server: its certificate is self-signed.
  const socket = request.scheme === 'https' ? connectTls({ port, host: LOOPBACK, rejectUnauthorized: false }) : connectPlain(port, LOOPBACK);
  const chunks: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => resolve(), limits.milliseconds);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > limits.bytes) {
        resolve();
      }
    });
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.write(Buffer.from(head(request), 'utf8'));
    socket.write(request.body ?? '');
  }).finally(() => socket.destroy());
  return parsed(Buffer.concat(chunks));
}

function head({ method, target, host, headers, body }: RawRequest): string {
  const has = (wanted: string) => headers.some(([name]) => name.toLowerCase() === wanted);
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  const length = body !== undefined && !has('content-length') && !has('transfer-encoding') ? [`Content-Length: ${Buffer.byteLength(body)}`] : [];
  return [`${method} ${target} HTTP/1.1`, ...(has('host') ? [] : [`Host: ${host}`]), ...lines, ...length, 'Connection: close', '', ''].join('\r\n');
}

/** Parses a response, which may be incomplete. */
function parsed(bytes: Buffer): RawResponse {
  const end = bytes.indexOf('\r\n\r\n');
  const [statusLine, ...lines] = bytes
    .subarray(0, end < 0 ? bytes.length : end)
    .toString('latin1')
    .split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (?<status>\d{3})/.exec(statusLine)?.groups!.status);
  if (Number.isNaN(status)) {
    throw new NoResponse('no response came back');
  }
  const headers = lines.map((line): Header => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
  const rest = end < 0 ? Buffer.alloc(0) : bytes.subarray(end + 4);
  if (status === 100) {
    return parsed(rest);
  }
  const isChunked = headers.some(([name, value]) => name.toLowerCase() === 'transfer-encoding' && value.toLowerCase() === 'chunked');
  return { status, headers, body: isChunked ? unchunked(rest) : rest };
}

function unchunked(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = lineEnd < 0 ? 0 : Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    if (!(size > 0)) {
      return Buffer.concat(chunks);
    }
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
