import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CloudFormationTemplate } from '../../cli/alb/template';
import { EmulatedAws } from './emulated-aws';
import { ended } from '../helpers/programs';
import { ROOT } from '../helpers/app';

const CLI = path.join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');

export interface CdkResult {
  readonly exitCode: number;
  readonly output: string;
}

export interface CdkTemplate extends CloudFormationTemplate {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Record<string, unknown>; readonly DeletionPolicy?: string }>
  >;
}

/** The command line that users have, pointed at the emulated AWS. */
export class Cdk {
  public readonly outputFolder: string;

  /**
   * @param aws where to deploy
   * @param folder where to write
   * @param app the app's file; left out, it is the one that cdk.json names
   */
  public constructor(
    private readonly aws: EmulatedAws,
    private readonly folder: string,
    private readonly app?: string,
  ) {
    this.outputFolder = path.join(folder, 'cdk.out');
  }

  /** Runs a command; the settings of the app are given as `-c posthog:name=value`. Without any, it takes what the last command has synthesised. */
  public run(command: string[], settings?: Record<string, string>): Promise<CdkResult> {
    if (!settings) {
      return this.start([...command, '--app', this.outputFolder]);
    }
    const context = Object.entries(settings).flatMap(([name, value]) => ['-c', `posthog:${name}=${value}`]);
    const app = this.app ? ['--app', `node --import tsx ${this.app}`] : [];
    return this.start([...command, ...app, '--output', this.outputFolder, ...context]);
  }

  /** Makes what deployments need, in an account and region that are named: the app has nothing to say in it. */
  public async bootstrap(): Promise<void> {
    // Where the CLI finds an app, it synthesises it.
    this.demand('bootstrap', await this.start(['bootstrap', `aws://123456789012/${this.aws.region}`], this.folder));
  }

  /** Runs a command that must succeed, and that the server must have answered without an error of its own. */
  public async succeed(command: string[], settings?: Record<string, string>): Promise<string> {
    return this.demand(command.join(' '), await this.run(command, settings));
  }

  /** The resources of stacks, in one template. */
  public template(stacks: readonly string[]): CdkTemplate {
    const templates = stacks.map((stack) => JSON.parse(readFileSync(path.join(this.outputFolder, `${stack}.template.json`), 'utf8')) as CdkTemplate);
    return { Resources: Object.assign({}, ...templates.map(({ Resources }) => Resources)) as CdkTemplate['Resources'] };
  }

  private async start(argv: readonly string[], cwd = ROOT): Promise<CdkResult> {
    const child = spawn(process.execPath, [CLI, ...argv, '--no-notices', '--progress', 'events'], {
      cwd,
      env: {
        ...this.aws.environment,
        CI: 'true',
        // It remembers accounts in the home folder.
        CDK_HOME: this.folder,
        CDK_DISABLE_VERSION_CHECK: '1',
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        AWS_MAX_ATTEMPTS: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { exitCode, output } = await ended(child);
    return { exitCode: exitCode ?? 1, output };
  }

  private demand(command: string, { exitCode, output }: CdkResult): string {
    const errors = this.aws.serverErrors();
    if (exitCode !== 0 || errors.length > 0) {
      throw new Error(
        `cdk ${command} failed (exit code ${exitCode})\n${output}\n--- the emulated AWS\n${errors.join('\n')}\n${this.aws.lastWords()}`,
      );
    }
    return output;
  }
}
