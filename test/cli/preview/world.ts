import { request as httpsRequest, Agent, RequestOptions } from 'node:https';
import { IncomingMessage } from 'node:http';
import { PostHogProps } from '../../../lib';
import { IngressModel } from '../../../cli/ingress/ingress-model';
import { Preview, PreviewOptions, startPreview } from '../../../cli/preview/start-preview';
import { RawRequest, RawResponse, sendRaw } from '../../../cli/preview/raw-request';
import { ingressesOf } from '../../../cli/template/template-ingress';
import { templateOfPostHog } from '../fixtures';

/** The domain of the tests' PostHog. */
export const DOMAIN = 'posthog.example.com';

// A whole PostHog is synthesised first, which takes longer than five seconds on a busy machine.
jest.setTimeout(60_000);

const LIMITS = { bytes: 10 * 1024 * 1024, milliseconds: 10_000 };

/** A preview of a PostHog, and ways to ask it. */
export class World {
  /** Starts a preview of a PostHog with only what it cannot do without, and the props of a test. */
  public static async start(props: Partial<PostHogProps> = {}, options: Partial<PreviewOptions> = {}, live = false): Promise<World> {
    return World.of(ingressesOf({ file: 'Test.template.json', template: templateOfPostHog(props, live) }), options);
  }

  /** Starts a preview of ingresses. */
  public static async of(ingresses: readonly IngressModel[], options: Partial<PreviewOptions> = {}): Promise<World> {
    return new World(ingresses, await startPreview(ingresses, { port: 0, httpPort: 0, ...options }));
  }

  private readonly agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

  private constructor(
    public readonly ingresses: readonly IngressModel[],
    public readonly preview: Preview,
  ) {}

  public get ingress(): IngressModel {
    return this.ingresses[0];
  }

  public get port(): number {
    return this.preview.ports.https;
  }

  public async close(): Promise<void> {
    this.agent.destroy();
    await this.preview.close();
  }

  /** Sends a request byte by byte as given, as an HTTP client would not. */
  public async raw(request: Partial<RawRequest>): Promise<RawResponse> {
    const scheme = request.scheme ?? 'https';
    return sendRaw(
      scheme === 'https' ? this.port : this.preview.ports.http!,
      { scheme, method: 'GET', target: '/', host: DOMAIN, headers: [], ...request },
      LIMITS,
    );
  }

  /** Sends a request with an HTTP client, and gives its response as it begins. */
  public async ask(path: string, options: RequestOptions & { body?: string } = {}): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = httpsRequest({ host: 'localhost', port: this.port, path, agent: this.agent, ...options }, resolve);
      request.once('error', reject);
      request.end(options.body);
    });
  }

  /** The same, and the whole of its body. */
  public async text(
    path: string,
    options: RequestOptions & { body?: string } = {},
  ): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
    const response = await this.ask(path, options);
    return { status: response.statusCode!, headers: response.headers, body: await textOf(response) };
  }

  /** The same, its body read as JSON. */
  public async json<T>(path: string, options: RequestOptions & { body?: string } = {}): Promise<T> {
    return JSON.parse((await this.text(path, options)).body) as T;
  }
}

/** The whole body of a response, as text. */
export async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The value of a header. */
export function header({ headers }: RawResponse, name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}
