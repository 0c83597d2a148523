import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CommandError } from '../command';
import { CloudFormationTemplate, listenersOf, TemplateListener } from '../alb/template';

/** A synthesised template, and the file that it was read from. */
export interface TemplateFile {
  readonly file: string;
  readonly template: CloudFormationTemplate;
}

/** The folder to which the CDK CLI writes templates. */
const OUTPUT_FOLDER = 'cdk.out';
const SYNTHESISE = 'run `npx cdk synth`, or name a template with --template FILE';

/** The option that names a template, with its line in the help of a command. */
export const TEMPLATE_OPTION = { template: { type: 'string', short: 't' } } as const;
export const TEMPLATE_USAGE = '[--template FILE]';
export const TEMPLATE_HELP = '--template FILE   a synthesised template; default: the one in cdk.out that has listener rules';

/**
 * Reads the template in a file, or the only synthesised one that has an ingress.
 *
 * @param file the file; default: searched for in the folder `cdk.out`
 */
export function readTemplate(file?: string): TemplateFile {
  return file === undefined ? onlyTemplate() : { file, template: parse(file) };
}

/** The option that names several templates, with its line in the help of a command. */
export const TEMPLATES_OPTION = { template: { type: 'string', short: 't', multiple: true } } as const;
export const TEMPLATES_USAGE = '[--template FILE]...';
export const TEMPLATES_HELP =
  '--template FILE   a synthesised template, as often as needed; default: all in cdk.out, those of stages and nested stacks too';

/**
 * Reads the templates in files, or all synthesised ones.
 *
 * @param files the files; default: those in the folder `cdk.out` and in the folders of its stages
 */
export function readTemplates(files: readonly string[]): TemplateFile[] {
  const named = files.length > 0 ? files : synthesised({ recursive: true });
  if (named.length === 0) {
    throw new CommandError(`there is no template in ${OUTPUT_FOLDER}; ${SYNTHESISE}`);
  }
  return named.map((file) => ({ file, template: parse(file) }));
}

/** Returns the listeners of an ingress: those with rules that are not for plain HTTP. */
export function httpsListeners(listeners: readonly TemplateListener[]): TemplateListener[] {
  return listeners.filter(({ port, rules }) => port !== 80 && rules.length > 1);
}

/** Returns the templates in the output folder of the CDK CLI, sorted; with `recursive`, those in the folders of its stages too. */
function synthesised(options: { readonly recursive: boolean }): string[] {
  if (!existsSync(OUTPUT_FOLDER)) {
    throw new CommandError(`there is no synthesised template here (no folder ${OUTPUT_FOLDER}); ${SYNTHESISE}`);
  }
  return readdirSync(OUTPUT_FOLDER, { ...options, encoding: 'utf8' })
    .filter((name) => name.endsWith('.template.json'))
    .sort()
    .map((name) => path.join(OUTPUT_FOLDER, name));
}

function onlyTemplate(): TemplateFile {
  const files = synthesised({ recursive: false });
  const found = files.map((file) => ({ file, template: parse(file) })).filter(({ template }) => httpsListeners(listenersOf(template)).length > 0);
  if (found.length === 0) {
    throw new CommandError(`no template in ${OUTPUT_FOLDER} has a listener with rules; ${SYNTHESISE}`);
  }
  if (found.length > 1) {
    throw new CommandError(
      `several templates in ${OUTPUT_FOLDER} have an ingress: ${found.map((one) => one.file).join(', ')}; name one with --template FILE`,
    );
  }
  return found[0];
}

function parse(file: string): CloudFormationTemplate {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(`cannot read the template ${file} (${(error as NodeJS.ErrnoException).code ?? 'unreadable'}); ${SYNTHESISE}`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new CommandError(`${file} is not JSON; use a file that the CDK has written, such as ${path.join(OUTPUT_FOLDER, 'PostHog.template.json')}`);
  }
  if (!isObject(parsed) || !isObject(parsed.Resources)) {
    throw new CommandError(`${file} is not a CloudFormation template: it has no Resources`);
  }
  const [odd] = Object.entries(parsed.Resources).find(([, resource]) => !isObject(resource)) ?? [];
  if (odd !== undefined) {
    throw new CommandError(`${file} is not a CloudFormation template: its resource '${odd}' is not an object`);
  }
  return parsed as unknown as CloudFormationTemplate;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
