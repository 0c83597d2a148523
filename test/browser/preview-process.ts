import { ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { IngressModel } from '../../cli/ingress/ingress-model';
import { readTemplate } from '../../cli/template/template-file';
import { ingressesOf } from '../../cli/template/template-ingress';
import { CloudFormationTemplate } from '../../cli/alb/template';
import { ROOT, runApp } from '../helpers/app';
import { printed } from '../helpers/programs';

/** The networks that may open the app. The browser of these tests is in none of them. */
export const APP_CIDRS = '203.0.113.0/24,2001:db8::/32';

const PROGRAM = path.join(ROOT, 'assets', 'cli', 'cdk-posthog.js');
/** Where the CDK writes it, and the preview finds it without being told. */
const TEMPLATE = path.join('cdk.out', 'PostHog.template.json');

/** The files of the sample app, which are the same for every preview. */
let synthesised: Promise<Readonly<Record<string, string>>> | undefined;

async function synthesise(): Promise<Readonly<Record<string, string>>> {
  const { exitCode, output, files } = await runApp({ context: { 'posthog:appCidrs': APP_CIDRS } });
  if (exitCode !== 0) {
    throw new Error(`the app did not synthesise:\n${output}`);
  }
  return files;
}

/** `cdk-posthog preview` as a process of its own, in front of a PostHog whose app is closed. */
export class PreviewProcess {
  /** Starts a preview of the sample app with a closed app, or of a template that is given. */
  public static async start(template?: CloudFormationTemplate): Promise<PreviewProcess> {
    const files = template ? { [path.basename(TEMPLATE)]: JSON.stringify(template) } : await (synthesised ??= synthesise());
    const folder = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-preview-'));
    mkdirSync(path.join(folder, 'cdk.out'));
    Object.entries(files).forEach(([name, text]) => writeFileSync(path.join(folder, 'cdk.out', name), text));
    const child = spawn(process.execPath, [PROGRAM, 'preview', '--port', '0', '--http-port', '0'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new PreviewProcess(
      child,
      folder,
      (await printed(child, /https:\/\/localhost:\d+/)).match[0],
      ingressesOf({ ...readTemplate(path.join(folder, TEMPLATE)), file: TEMPLATE })[0],
    );
  }

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    /** Its origin. */
    public readonly url: string,
    /** The ingress of the template, read without the preview. */
    public readonly ingress: IngressModel,
  ) {}

  /** The page of the preview, or another one of its pages. */
  public page(name = ''): string {
    return `${this.url}/__preview/${name}`;
  }

  /** Ends it. */
  public async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill();
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
