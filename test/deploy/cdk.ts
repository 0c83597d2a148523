import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CloudFormationTemplate } from '../../lib/ingress/template-rules';
import { EmulatedAws } from './emulated-aws';

const ROOT = path.join(__dirname, '..', '..');
const CLI = path.join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');

export interface CdkResult {
  readonly exitCode: number;
  readonly output: string;
}

export interface CdkTemplate extends CloudFormationTemplate {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: Record<string, unknown>; readonly DeletionPolicy?: string }>>;
}

/** The command line that users have, pointed at the emulated AWS. */
export class Cdk {
  public readonly outputFolder: string;

  /**
   * @param aws where to deploy
   * @param folder where to write
   * @param app the app's file; left out, it is the one that cdk.json names
   */
  public constructor(private readonly aws: EmulatedAws, private readonly folder: string, private readonly app?: string) {
    this.outputFolder = path.join(folder, 'cdk.out');
  }

  /** Runs a command; the settings of the app are given as `-c posthog:name=value`. */
  public async run(command: string[], settings: Record<string, string> = {}): Promise<CdkResult> {
    const context = Object.entries(settings).flatMap(([name, value]) => ['-c', `posthog:${name}=${value}`]);
    const app = this.app ? ['--app', `node --import tsx ${this.app}`] : [];
    const child = spawn(process.execPath, [CLI, ...command, ...app, '--no-notices', '--progress', 'events', '--output', this.outputFolder, ...context], {
      cwd: ROOT,
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
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    const [exitCode] = await once(child, 'close') as [number | null];
    return { exitCode: exitCode ?? 1, output: Buffer.concat(chunks).toString('utf8') };
  }

  /** Runs a command that must succeed, and that the server must have answered without an error of its own. */
  public async succeed(command: string[], settings?: Record<string, string>): Promise<string> {
    const { exitCode, output } = await this.run(command, settings);
    const errors = this.aws.serverErrors();
    if (exitCode !== 0 || errors.length > 0) {
      throw new Error(`cdk ${command.join(' ')} failed (exit code ${exitCode})\n${output}\n--- the emulated AWS\n${errors.join('\n')}\n${this.aws.lastWords()}`);
    }
    return output;
  }

  public template(): CdkTemplate {
    return JSON.parse(readFileSync(path.join(this.outputFolder, 'PostHog.template.json'), 'utf8')) as CdkTemplate;
  }
}
