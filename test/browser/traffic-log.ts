import { ClientRequest, get, IncomingMessage } from 'node:http';
import { get as getTls } from 'node:https';
import { PassedRequest } from '../../cli/preview/traffic';
import { until } from '../helpers/until';

/** Everything that a preview has dealt with since this began to listen. */
export class TrafficLog {
  /** Begins to listen. */
  public static async open(url: string): Promise<TrafficLog> {
    const ask = url.startsWith('https:') ? getTls : get;
    return new Promise((resolve, reject) => {
      const request = ask(`${url}/__preview/traffic`, { rejectUnauthorized: false }, (response) => resolve(new TrafficLog(request, response)));
      request.once('error', reject);
    });
  }

  /** The requests, in the order in which they were answered. */
  public readonly requests: PassedRequest[] = [];
  private rest = '';

  private constructor(
    private readonly request: ClientRequest,
    response: IncomingMessage,
  ) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.read(chunk));
    // It ends when the preview does.
    response.on('error', () => undefined);
  }

  /** Waits until something has passed. */
  public async until(what: string, passed: (request: PassedRequest) => boolean, milliseconds = 20_000): Promise<void> {
    await until(
      () => this.requests.some(passed),
      () => `${what} did not pass; these did: ${this.requests.map(({ method, path }) => `${method} ${path}`).join(', ')}`,
      milliseconds,
    );
  }

  /** Stops listening. */
  public close(): void {
    this.request.destroy();
  }

  private read(chunk: string): void {
    const messages = (this.rest + chunk).split('\n\n');
    this.rest = messages.pop()!;
    for (const message of messages.filter((text) => text.startsWith('data: '))) {
      this.requests.push(JSON.parse(message.slice('data: '.length)) as PassedRequest);
    }
  }
}
