import { request as httpsRequest } from 'node:https';
import { CheckRequest, CheckResponse } from './http-checks';
import { Exchange, Transport } from './run-checks';

/** The target of requests. */
export interface HttpsTarget {
  /** The host to connect to: the load balancer's own name, because the domain name may not point to it yet. */
  readonly host: string;
  readonly port: number;
  /** The name in the request, and in the TLS handshake. */
  readonly serverName: string;
  /** Indicates whether the certificate is verified. Default: it is not. */
  readonly verifyCertificate?: boolean;
}

/** The timeout of a request: capture responds after 20 seconds if no broker does. */
const TIMEOUT_MS = 40_000;

/** The part of a body that is kept: the flags of a project are the longest that is read. */
const MAX_BODY_LENGTH = 1024 * 1024;

/**
 * A transport that sends requests to one host over TLS.
 *
 * Unless it is asked for, the certificate is not verified: it may be of a private authority, nothing secret is sent, and PostHog can work behind a
 * load balancer with another certificate.
 */
export class HttpsTransport implements Transport {
  public constructor(private readonly target: HttpsTarget) {}

  public async send(request: CheckRequest): Promise<Exchange> {
    try {
      return { response: await this.exchange(request) };
    } catch (error) {
      // If several addresses were tried, the error has a code and no message.
      const { code, message } = error as NodeJS.ErrnoException;
      return { unreachable: [code, message].filter(Boolean).join(': ') || String(error) };
    }
  }

  private exchange({ method, path, headers, body }: CheckRequest): Promise<CheckResponse> {
    const { host, port, serverName, verifyCertificate = false } = this.target;
    return new Promise((resolve, reject) => {
      const sent = httpsRequest(
        {
          host,
          port,
          method,
          path,
          servername: serverName,
          rejectUnauthorized: verifyCertificate,
          agent: false,
          signal: AbortSignal.timeout(TIMEOUT_MS),
          headers: { ...headers, host: serverName, ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text = (text + chunk).slice(0, MAX_BODY_LENGTH);
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
          response.on('error', reject);
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
