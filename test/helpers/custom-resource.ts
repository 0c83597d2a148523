import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, IncomingHttpHeaders, IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { generate } from 'selfsigned';
import { isSigned } from './signature';
import { FEATURE_FLAGS } from './stack';
import { listening } from './free-port';

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
  /** Whether its signature is right. */
  readonly signed: boolean;
}

/** One request to an address of CloudFormation's. */
export interface Told {
  readonly method?: string;
  readonly url?: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a function that is no custom resource answered, or what it threw. */
export interface Returned {
  readonly answer?: unknown;
  readonly thrown?: string;
  readonly told: readonly Told[];
}

/** What an API answers: a status and a body, or nothing ever. */
export type Api = (call: ApiCall, earlier: readonly ApiCall[]) => { status: number; body: string } | 'silence';

/** Runs a function as Lambda does, with CloudFormation and AWS played by servers of this process. */
export class CustomResourceWorld {
  public static async start(): Promise<CustomResourceWorld> {
    const certificate = await generate([{ name: 'commonName', value: 'localhost' }], { algorithm: 'sha256' });
    const world = new CustomResourceWorld(certificate.private, certificate.cert);
    await Promise.all([world.aws, world.cloudFormation].map(listening));
    return world;
  }

  public calls: ApiCall[] = [];
  private api: Api = () => 'silence';
  private told: Told[] = [];
  private hears: (told: Told) => { status: number; body: string } = () => HEARD;
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'custom-resource-'));
  private readonly aws: Server;
  private readonly cloudFormation: Server;

  private constructor(key: string, cert: string) {
    this.aws = createHttpServer(
      listener((body, request) => {
        const target = request.headers['x-amz-target'];
        const { Action, ...parameters } = target ? {} : Object.fromEntries(new URLSearchParams(body));
        const action = target ? String(target).split('.')[1] : Action;
        const json = target ? (JSON.parse(body) as Record<string, unknown>) : {};
        const credential = /Credential=([^,]*),/.exec(request.headers.authorization ?? '')?.[1];
        const call = { action, parameters, json, credential, signed: isSigned(request, body, SECRET_KEY) };
        const answer = this.api(call, this.calls);
        this.calls.push(call);
        return answer;
      }),
    );
    this.cloudFormation = createHttpsServer(
      { key, cert },
      listener((body, { method, url, headers }) => {
        const told = { method, url, headers, body };
        this.told.push(told);
        return this.hears(told);
      }),
    );
    writeFileSync(this.certificate, cert);
  }

  /** Runs the function once and waits for its end. Its time is what Lambda says is left of it. */
  public async invoke(assetFolder: string, event: object, api: Api, time = 300_000): Promise<Invocation> {
    this.begin(api);
    const start = Date.now();
    const { output } = await run(RUN, {
      ...this.environment,
      ENTRY_POINT: path.join(assetFolder, '__entrypoint__.js'),
      EVENT: JSON.stringify(event),
      TIME: String(time),
    });
    const answers = this.told.map(({ body }) => body);
    return {
      answers: answers.map((text) => JSON.parse(text) as Answer),
      bytes: Math.max(0, ...answers.map((text) => Buffer.byteLength(text))),
      milliseconds: Date.now() - start,
      log: output,
    };
  }

  /** Calls a function that is no custom resource, and waits for its end. */
  public async call(
    program: string,
    event: object,
    api: Api,
    hears: (told: Told) => { status: number; body: string } = () => HEARD,
  ): Promise<Returned> {
    this.begin(api);
    this.hears = hears;
    const { result } = await run(CALL, { ...this.environment, PROGRAM: program, EVENT: JSON.stringify(event) });
    return { ...(JSON.parse(result) as Omit<Returned, 'told'>), told: this.told };
  }

  /** An address of CloudFormation's, as a wait condition has one. */
  public get url(): string {
    return `https://localhost:${portOf(this.cloudFormation)}/arn%3Aaws%3Acloudformation?Expires=1&Signature=a%2Bb`;
  }

  public stop(): void {
    for (const server of [this.aws, this.cloudFormation]) {
      server.close();
      server.closeAllConnections();
    }
    rmSync(this.folder, { recursive: true });
  }

  private begin(api: Api): void {
    this.api = api;
    this.calls = [];
    this.told = [];
    this.hears = () => HEARD;
  }

  private get environment(): Record<string, string> {
    return {
      PATH: process.env.PATH!,
      NODE_EXTRA_CA_CERTS: this.certificate,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: SECRET_KEY,
      AWS_SESSION_TOKEN: 'example',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${portOf(this.aws)}`,
      RESPONSE_PORT: String(portOf(this.cloudFormation)),
    };
  }

  private get certificate(): string {
    return path.join(this.folder, 'certificate.pem');
  }
}

/** A function as it is deployed, in a world of its own. */
export interface PackedFunction {
  /** What it has asked in its last run. */
  readonly calls: ApiCall[];
  /** Runs it once and waits for its end. Its time is what Lambda says is left of it. */
  invoke(event: object, api: Api, time?: number): Promise<Invocation>;
}

/**
 * The only function of a stack, packed as the CDK deploys it; there for the tests of the file.
 *
 * @param define defines it
 */
export function packedFunction(define: (stack: Stack) => void): PackedFunction {
  let folder: string;
  let asset: string;
  let world: CustomResourceWorld;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'function-'));
    const app = new App({ outdir: folder, context: FEATURE_FLAGS, builtinCloudFormationValidation: false });
    define(new Stack(app, 'Stack'));
    app.synth();
    const assets = readdirSync(folder).filter((name) => name.startsWith('asset.'));
    expect(assets).toHaveLength(1);
    asset = path.join(folder, assets[0]);
    world = await CustomResourceWorld.start();
  });
  afterAll(() => {
    world.stop();
    rmSync(folder, { recursive: true });
  });
  return {
    get calls() {
      return world.calls;
    },
    invoke: async (event, api, time) => world.invoke(asset, event, api, time),
  };
}

const SECRET_KEY = 'example';
const HEARD = { status: 200, body: '' };

/** CloudFormation's address has no port; this process has no right to 443. Lambda freezes a function that has ended. */
const RUN = `
require('node:https').globalAgent.defaultPort = Number(process.env.RESPONSE_PORT);
const end = Date.now() + Number(process.env.TIME);
require(process.env.ENTRY_POINT).handler(JSON.parse(process.env.EVENT), { getRemainingTimeInMillis: () => end - Date.now() })
  .then(() => process.exit(0), (error) => { console.error('THROWN', error); process.exit(0); });
`;

/** What it returns goes to a pipe of its own, for its log goes to the others. */
const CALL = `
require(process.env.PROGRAM).handler(JSON.parse(process.env.EVENT))
  .then((answer) => ({ answer }), (error) => ({ thrown: String(error) }))
  .then((result) => { require('node:fs').writeSync(3, JSON.stringify(result)); process.exit(0); });
`;

async function run(program: string, env: NodeJS.ProcessEnv): Promise<{ output: string; result: string }> {
  const child = spawn(process.execPath, ['-e', program], { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  const texts = ['', '', '', ''];
  child.stdio.forEach((stream, index) =>
    stream?.on('data', (text) => {
      texts[index === 2 ? 1 : index] += text;
    }),
  );
  await new Promise((resolve) => child.on('close', resolve));
  return { output: texts[1], result: texts[3] };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function listener(answer: (body: string, request: IncomingMessage) => { status: number; body: string } | 'silence'): RequestListener {
  return (request, response) => {
    let text = '';
    request
      .on('data', (chunk) => {
        text += chunk;
      })
      .on('end', () => {
        const answered = answer(text, request);
        if (answered !== 'silence') {
          response.writeHead(answered.status, { 'content-type': 'text/xml' }).end(answered.body);
        }
      });
  };
}
