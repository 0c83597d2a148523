import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../helpers/free-port';
import { until } from '../helpers/until';
import { ROOT } from '../helpers/app';

const PYTHON = path.join(ROOT, '.venv', 'bin', 'python');
const START_SECONDS = 60;

/** What moto can do by itself, as the emulator saw it before it added its stubs. */
export interface MotoFacts {
  readonly version: string;
  /** The resource types that moto's CloudFormation makes. */
  readonly ownTypes: string[];
  /** Those that it deletes again. */
  readonly ownDeletions: string[];
  /** The types that the emulator makes instead. */
  readonly stubs: string[];
  /** The types that the emulator deletes instead. */
  readonly deletions: string[];
}

/** A moto server on a free port of this machine, which ends with this process at the latest. */
export class EmulatedAws {
  /**
   * Starts one; its log and its report go to the folder.
   *
   * @param folder where to write
   * @param moto settings of moto, by the names of its environment variables
   */
  public static async start(folder: string, moto: Readonly<Record<string, string>> = {}): Promise<EmulatedAws> {
    if (!existsSync(PYTHON)) {
      throw new Error('.venv is missing: run npm run test:deploy, which makes it');
    }
    const aws = new EmulatedAws(folder, await freePort(), moto);
    await aws.untilItAnswers();
    return aws;
  }

  public readonly endpoint: string;
  public readonly region = 'us-east-1';
  /** What a program must find in its environment to talk to this server and to nothing else. */
  public readonly environment: NodeJS.ProcessEnv;

  private readonly logFile: string;
  private readonly reportFile: string;
  private readonly server: ChildProcess;

  private constructor(
    folder: string,
    port: number,
    private readonly moto: Readonly<Record<string, string>>,
  ) {
    this.endpoint = `http://localhost:${port}`;
    this.environment = {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS_|CDK_|MOTO_|PYTHON)/.test(name))),
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
      AWS_REGION: this.region,
      AWS_DEFAULT_REGION: this.region,
      AWS_CONFIG_FILE: path.join(folder, 'no-config'),
      AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'no-credentials'),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      NO_PROXY: 'localhost,127.0.0.1',
      no_proxy: 'localhost,127.0.0.1',
    };
    this.logFile = path.join(folder, 'moto.log');
    this.reportFile = path.join(folder, 'moto.json');
    const log = openSync(this.logFile, 'w');
    this.server = spawn(PYTHON, ['-m', 'emulator.server', String(port), this.reportFile], {
      cwd: __dirname,
      env: this.pythonEnvironment(),
      stdio: ['pipe', log, log],
    });
    closeSync(log);
  }

  public facts(): MotoFacts {
    return JSON.parse(readFileSync(this.reportFile, 'utf8')) as MotoFacts;
  }

  /** Measures moto without the stubs: for each shortcoming whether it is still there. */
  public probe(): Record<string, boolean> {
    // It has a moto of its own within its process.
    const env = { ...this.pythonEnvironment(), AWS_ENDPOINT_URL: undefined };
    const output = execFileSync(PYTHON, ['-W', 'ignore', '-m', 'emulator.probe'], {
      cwd: __dirname,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return JSON.parse(output) as Record<string, boolean>;
  }

  /**
   * Asks what no client of the tests can ask.
   *
   * @param service the service, as Python's boto3 spells it
   * @param call its call, as boto3 spells it
   * @param parameters what to give it
   */
  public ask<T>(service: string, call: string, parameters: Readonly<Record<string, unknown>> = {}): T {
    const argv = ['-W', 'ignore', '-m', 'emulator.ask', service, call, JSON.stringify(parameters)];
    return JSON.parse(execFileSync(PYTHON, argv, { cwd: __dirname, env: this.pythonEnvironment(), encoding: 'utf8' })) as T;
  }

  /** The resource types that a deployment asked for and nothing made. */
  public skippedTypes(): string[] {
    return [...new Set([...this.log().matchAll(/No Moto CloudFormation support for (\S+)/g)].map(([, type]) => type))].sort();
  }

  /** Answers with a server error. The SDKs try those again, and moto then takes half of a stack for a whole one. */
  public serverErrors(): string[] {
    return [...this.log().matchAll(/.*" 5\d\d -.*/g)].map(([line]) => line);
  }

  public lastWords(): string {
    return this.log().split('\n').slice(-25).join('\n');
  }

  public async stop(): Promise<void> {
    if (this.server.exitCode !== null || this.server.signalCode !== null) {
      return;
    }
    const ended = once(this.server, 'exit');
    this.server.kill('SIGTERM');
    const timer = setTimeout(() => this.server.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  }

  private log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  private pythonEnvironment(): NodeJS.ProcessEnv {
    return {
      ...this.environment,
      ...this.moto,
      PYTHONDONTWRITEBYTECODE: '1',
      // moto deletes in the order of a set.
      PYTHONHASHSEED: '0',
      // moto runs Lambda functions in Docker. Nothing here is to be pulled or run.
      DOCKER_HOST: 'tcp://127.0.0.1:1',
    };
  }

  private async untilItAnswers(): Promise<void> {
    const answers = async () => {
      if (this.server.exitCode !== null) {
        throw new Error(`moto's server has not started:\n${this.lastWords()}`);
      }
      return fetch(`${this.endpoint}/moto-api/`).then(
        (answer) => answer.ok,
        () => false,
      );
    };
    try {
      await until(answers, () => `moto's server does not respond:\n${this.lastWords()}`, START_SECONDS * 1000);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }
}
