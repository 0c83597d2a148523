import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generate } from 'selfsigned';

/** What CloudFormation hears. */
export interface Answer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason: string;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly Data?: Record<string, string>;
}

/** How one invocation ended. */
export interface Invocation {
  /** Each answer that CloudFormation got. */
  readonly answers: Answer[];
  /** The longest of them, in bytes. */
  readonly bytes: number;
  readonly milliseconds: number;
  /** What the function wrote to its log. */
  readonly log: string;
}

/** One request to an API of AWS. */
export interface ApiCall {
  readonly action: string;
  /** What was asked, of an API that takes forms (ELBv2, EC2). */
  readonly parameters: Record<string, string>;
  /** What was asked, of an API that takes JSON (ECS). */
  readonly json: Record<string, unknown>;
  /** Who signed it, for which service: `AKID/20261124/eu-central-1/ec2/aws4_request`. */
  readonly credential?: string;
}

/** What an API answers: a status and a body, or nothing ever. */
export type Api = (call: ApiCall, earlier: readonly ApiCall[]) => { status: number; body: string } | 'silence';

/** Runs a function as Lambda does, with CloudFormation and AWS played by servers of this process. */
export class CustomResourceWorld {
  public static async start(): Promise<CustomResourceWorld> {
    const certificate = await generate([{ name: 'commonName', value: 'localhost' }], { algorithm: 'sha256' });
    const world = new CustomResourceWorld(certificate.private, certificate.cert);
    await Promise.all([world.aws, world.cloudFormation].map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))));
    return world;
  }

  public calls: ApiCall[] = [];
  private api: Api = () => 'silence';
  private answers: string[] = [];
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'custom-resource-'));
  private readonly aws: Server;
  private readonly cloudFormation: Server;

  private constructor(key: string, cert: string) {
    this.aws = createHttpServer(listener((body, request) => {
      const target = request.headers['x-amz-target'];
      const { Action, ...parameters } = target ? {} : Object.fromEntries(new URLSearchParams(body));
      const action = target ? String(target).split('.')[1] : Action;
      const json = target ? JSON.parse(body) as Record<string, unknown> : {};
      const call = { action, parameters, json, credential: /Credential=([^,]*),/.exec(request.headers.authorization ?? '')?.[1] };
      const answer = this.api(call, this.calls);
      this.calls.push(call);
      return answer;
    }));
    this.cloudFormation = createHttpsServer({ key, cert }, listener((body) => {
      this.answers.push(body);
      return { status: 200, body: '' };
    }));
    writeFileSync(this.certificate, cert);
  }

  /** Runs the function once and waits for its end. Its time is what Lambda says is left of it. */
  public async invoke(assetFolder: string, event: object, api: Api, time = 300_000): Promise<Invocation> {
    this.api = api;
    this.calls = [];
    this.answers = [];
    const start = Date.now();
    const log = await run(RUN, {
      PATH: process.env.PATH!,
      NODE_EXTRA_CA_CERTS: this.certificate,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_SESSION_TOKEN: 'example',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${portOf(this.aws)}`,
      RESPONSE_PORT: String(portOf(this.cloudFormation)),
      ENTRY_POINT: path.join(assetFolder, '__entrypoint__.js'),
      EVENT: JSON.stringify(event),
      TIME: String(time),
    });
    return {
      answers: this.answers.map((text) => JSON.parse(text) as Answer),
      bytes: Math.max(0, ...this.answers.map((text) => Buffer.byteLength(text))),
      milliseconds: Date.now() - start,
      log,
    };
  }

  public stop(): void {
    for (const server of [this.aws, this.cloudFormation]) {
      server.close();
      server.closeAllConnections();
    }
    rmSync(this.folder, { recursive: true });
  }

  private get certificate(): string {
    return path.join(this.folder, 'certificate.pem');
  }
}

/** The folder with the code of the only function of an assembly, as it is zipped for Lambda. */
export function functionFolder(assembly: string): string {
  const [folder, ...others] = readdirSync(assembly).filter((name) => name.startsWith('asset.'));
  expect(others).toEqual([]);
  return path.join(assembly, folder);
}

/** CloudFormation's address has no port; this process has no right to 443. Lambda freezes a function that has ended. */
const RUN = `
require('node:https').globalAgent.defaultPort = Number(process.env.RESPONSE_PORT);
const end = Date.now() + Number(process.env.TIME);
require(process.env.ENTRY_POINT).handler(JSON.parse(process.env.EVENT), { getRemainingTimeInMillis: () => end - Date.now() })
  .then(() => process.exit(0), (error) => { console.error('THROWN', error); process.exit(0); });
`;

async function run(program: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, ['-e', program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stdout.on('data', (text) => { log += text; });
  child.stderr.on('data', (text) => { log += text; });
  await new Promise((resolve) => child.on('close', resolve));
  return log;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function listener(answer: (body: string, request: IncomingMessage) => { status: number; body: string } | 'silence'): RequestListener {
  return (request, response) => {
    let text = '';
    request.on('data', (chunk) => { text += chunk; }).on('end', () => {
      const answered = answer(text, request);
      if (answered !== 'silence') {
        response.writeHead(answered.status, { 'content-type': 'text/xml' }).end(answered.body);
      }
    });
  };
}
