import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PostHogProps, Product } from '../../lib';
import { IngressModel } from '../../cli/ingress/ingress-model';
import { COMMANDS, runProgram } from '../../cli/program';
import { ingressesOf } from '../../cli/template/template-ingress';
import { CloudFormationTemplate } from '../../cli/alb/template';
import { posthogTemplate } from '../helpers/posthog-template';
import { FEW } from '../helpers/stack';

/** The template of a whole PostHog, with live events where they are wanted. */
export function templateOfPostHog(props: Partial<PostHogProps> = {}, live = false): CloudFormationTemplate {
  return posthogTemplate({ ...(live ? { products: [...FEW, Product.LIVE_EVENTS] } : {}), ...props }) as unknown as CloudFormationTemplate;
}

/** The ingress of a whole PostHog. */
export function ingressOf(props: Partial<PostHogProps> = {}, live = false): IngressModel {
  const [ingress] = ingressesOf({ file: 'a template', template: templateOfPostHog(props, live) });
  return ingress;
}

/** What a run of the command line did. */
export interface Run {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line. */
export async function cli(...argv: string[]): Promise<Run> {
  const [out, err]: [string[], string[]] = [[], []];
  const exitCode = await runProgram(COMMANDS, argv, { out: (text) => out.push(text), err: (text) => err.push(text) });
  return { exitCode, out: out.join('\n'), err: err.join('\n') };
}

/** Does something in a folder with these files, as the working folder, and removes it. */
export async function inFolder<T>(files: Readonly<Record<string, string>>, action: (folder: string) => Promise<T>): Promise<T> {
  const [folder, before] = [mkdtempSync(path.join(tmpdir(), 'cdk-posthog-cli-')), process.cwd()];
  try {
    Object.entries(files).forEach(([name, content]) => writeFileSync(path.join(folder, name), content));
    process.chdir(folder);
    return await action(folder);
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  }
}
