import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The folder that the repository lies in. */
export const ROOT = path.join(__dirname, '..', '..');

/** How the app is run. */
export interface AppRunOptions {
  /** Settings on top of those of cdk.json, as `cdk -c` gives them. Undefined takes one away. */
  readonly context?: Record<string, unknown>;
  /** Whether the CDK validates the template, as cdk.json says. It takes seconds. */
  readonly validate?: boolean;
  /** What the command line says of the account. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where the sources lie. */
  readonly root?: string;
  /** The folder to run in. */
  readonly cwd?: string;
  /** A module to load first. */
  readonly preload?: string;
}

/** What a run of the app left behind. */
export interface AppRun {
  readonly exitCode: number;
  readonly output: string;
  /** The files that it wrote, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** The resources of both stacks, and the outputs of the stack PostHog. */
  readonly template: AppTemplate;
  /** The template of the stack PostHogStores. */
  readonly stores: AppTemplate;
  /** What the app says about its stacks. */
  readonly warnings: string[];
  /** What the CDK's validation found, the app's own annotations left out. */
  readonly violations: string[];
}

/** The template of the app, as far as tests look at it. */
export interface AppTemplate {
  readonly Resources: Record<string, { Type: string; Properties?: Record<string, unknown>; DeletionPolicy?: string }>;
  readonly Outputs: Record<string, { Value: unknown; Description?: string }>;
}

/** Runs bin/posthog.ts as the CDK's command line does, but with nothing of this machine's environment except the path to programs. */
export async function runApp(options: AppRunOptions = {}): Promise<AppRun> {
  const root = options.root ?? ROOT;
  const outdir = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-app-'));
  const { context } = JSON.parse(readFileSync(path.join(root, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };
  const preload = options.preload ? ['--import', options.preload] : [];
  try {
    const result = await run([...preload, '--import', 'tsx', path.join(root, 'bin', 'posthog.ts')], options.cwd ?? root, {
      PATH: process.env.PATH,
      ...options.env,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...options.context }),
      CDK_OUTDIR: outdir,
      CDK_VALIDATION: options.validate ? undefined : 'false',
    });
    const files = filesIn(outdir);
    return {
      ...result,
      files,
      template: merged(templateIn(files, 'PostHogStores'), templateIn(files, 'PostHog')),
      stores: templateIn(files, 'PostHogStores'),
      warnings: findings(files)
        .filter(({ plugin }) => plugin === 'Construct Annotations')
        .map(({ text }) => text),
      violations: findings(files)
        .filter(({ plugin }) => plugin !== 'Construct Annotations')
        .map(({ text }) => text),
    };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function templateIn(files: Readonly<Record<string, string>>, stack: string): AppTemplate {
  return JSON.parse(files[`${stack}.template.json`] ?? '{}') as AppTemplate;
}

/** The resources of both templates by their logical ids, which must differ. */
function merged(stores: Partial<AppTemplate>, services: AppTemplate): AppTemplate {
  const both = Object.keys(stores.Resources ?? {}).filter((id) => id in services.Resources);
  if (both.length > 0) {
    throw new Error(`both templates have ${both.join(', ')}`);
  }
  return services.Resources ? { ...services, Resources: { ...stores.Resources, ...services.Resources } } : services;
}

/** Runs Node with these arguments. */
export function run(args: string[], cwd: string, env: Record<string, string | undefined>): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env: env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ exitCode: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
    });
  });
}

function filesIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [entry.name, readFileSync(path.join(folder, entry.name), 'utf8')]),
  );
}

function findings(files: Record<string, string>): { plugin: string; text: string }[] {
  interface Report {
    pluginReports: { pluginName: string; violations: { ruleName: string; description: string; severity?: string }[] }[];
  }
  const report = JSON.parse(files['validation-report.json'] ?? '{"pluginReports":[]}') as Report;
  return report.pluginReports.flatMap(({ pluginName, violations }) =>
    violations.map(({ ruleName, description, severity }) => ({ plugin: pluginName, text: `${severity ?? ''} ${ruleName}: ${description}` })),
  );
}
