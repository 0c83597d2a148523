import { request as httpsRequest } from 'node:https';
import { CheckRequest, CheckResponse } from './http-checks';
import { Exchange, Transport } from './run-checks';

/** Where requests go. */
export interface HttpsTarget {
  /** The name or address that is connected to: the load balancer's own, because the domain name may not point at it yet. */
  readonly host: string;
  readonly port: number;
  /** The name in the request, and in the TLS handshake. */
  readonly serverName: string;
}

/** capture answers after 20 seconds where no broker does. */
const TIMEOUT_MS = 40_000;

/** No check reads more of a body. */
const LONGEST_BODY = 64 * 1024;

/**
 * Sends requests to one address over TLS.
 *
 * The certificate is not verified: it may be of a private authority, nothing secret is sent, and a load balancer that answers under another
 * certificate does not make what is behind it work any less.
 */
export class HttpsTransport implements Transport {
  public constructor(private readonly target: HttpsTarget) {}

  public async send(request: CheckRequest): Promise<Exchange> {
    try {
      return { response: await this.exchange(request) };
    } catch (error) {
      // Where several addresses were tried, the error has a code and no message.
      const { code, message } = error as NodeJS.ErrnoException;
      return { unreachable: [code, message].filter(Boolean).join(': ') || String(error) };
    }
  }

  private exchange({ method, path, headers, body }: CheckRequest): Promise<CheckResponse> {
    const { host, port, serverName } = this.target;
    return new Promise((resolve, reject) => {
      const sent = httpsRequest({
        host, port, method, path, servername: serverName, rejectUnauthorized: false, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { ...headers, host: serverName, ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
      }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text = (text + chunk).slice(0, LONGEST_BODY);
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
