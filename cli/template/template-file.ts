import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { CommandError } from '../command';
import { Assembly, AssemblyStack, readAssemblies } from './assembly';
import { mergedTemplate } from './merged-template';
import { OUTPUT_FOLDER, parseTemplate, SYNTHESISE } from './parse-template';
import { CloudFormationTemplate, listenersOf, TemplateListener } from '../alb/template';

/** A synthesised template, and the file that it was read from. */
export interface TemplateFile {
  readonly file: string;
  /** Its resources, and those of the other stacks of its cloud assembly that they can refer to. */
  readonly template: CloudFormationTemplate;
  /** Returns whether a resource is in the file itself. Default: all are. */
  readonly has?: (id: string) => boolean;
}

/** A stack of a cloud assembly, or a template that belongs to none. */
export interface StackFile extends TemplateFile {
  /** The name of the stack, or of the file. */
  readonly stack: string;
  readonly has: (id: string) => boolean;
}

/** The option that names a template, with its line in the help of a command. */
export const TEMPLATE_OPTION = { template: { type: 'string', short: 't' } } as const;
export const TEMPLATE_USAGE = '[--template FILE]';
export const TEMPLATE_HELP = '--template FILE   a synthesised template; default: the one in cdk.out, or in a stage of it, that has listener rules';

/**
 * Reads the template in a file, or the only synthesised one that has an ingress, with the stacks that are synthesised together with it.
 *
 * @param file the file; default: searched for in the folder `cdk.out` and in the folders of its stages
 */
export function readTemplate(file?: string): TemplateFile {
  if (file !== undefined) {
    return namedStack(file);
  }
  const assemblies = synthesised();
  const found = assemblies.flatMap((assembly) => stacksWithIngress(assembly).map((stack) => ({ assembly, stack })));
  if (found.length === 0) {
    throw new CommandError(`no template in ${OUTPUT_FOLDER} has a listener with rules; ${SYNTHESISE}`);
  }
  if (found.length > 1) {
    const files = found.map(({ stack }) => stack.file).join(', ');
    throw new CommandError(`several templates in ${OUTPUT_FOLDER} have an ingress: ${files}; name one with --template FILE`);
  }
  return stackFile(found[0].assembly, found[0].stack);
}

/** The option that names several templates, with its line in the help of a command. */
export const TEMPLATES_OPTION = { template: { type: 'string', short: 't', multiple: true } } as const;
export const TEMPLATES_USAGE = '[--template FILE]...';
export const TEMPLATES_HELP =
  '--template FILE   a synthesised template, as often as needed; default: all in cdk.out, those of stages and nested stacks too';

/**
 * Reads the templates in files, or all synthesised ones, each by itself.
 *
 * @param files the files; default: those of the cloud assembly in the folder `cdk.out`, with its stages and nested stacks
 */
export function readTemplates(files: readonly string[]): TemplateFile[] {
  return files.length > 0 ? files.map((file) => ({ file, template: parseTemplate(file) })) : allStacks().map(({ stack }) => stack);
}

/**
 * Reads the stacks in files, or all synthesised ones, each with those that are synthesised together with it.
 *
 * @param files the files, or folders of cloud assemblies; default: the folder `cdk.out`, with its stages and nested stacks
 */
export function readStacks(files: readonly string[]): StackFile[] {
  return files.length > 0
    ? [...new Set(files.map((file) => path.normalize(file)))].flatMap((file) => (isFolder(file) ? stacksIn(file) : [namedStack(file)]))
    : allStacks().map(({ assembly, stack }) => stackFile(assembly, stack));
}

function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function stacksIn(folder: string): StackFile[] {
  return readAssemblies(folder).flatMap((assembly) => assembly.map((stack) => stackFile(assembly, stack)));
}

/** Returns the listeners of an ingress: those with rules that are not for plain HTTP. */
export function httpsListeners(listeners: readonly TemplateListener[]): TemplateListener[] {
  return listeners.filter(({ port, rules }) => port !== 80 && rules.length > 1);
}

function synthesised(): Assembly[] {
  if (!existsSync(OUTPUT_FOLDER)) {
    throw new CommandError(`there is no synthesised template here (no folder ${OUTPUT_FOLDER}); ${SYNTHESISE}`);
  }
  return readAssemblies(OUTPUT_FOLDER);
}

function allStacks(): { readonly assembly: Assembly; readonly stack: AssemblyStack }[] {
  const stacks = synthesised().flatMap((assembly) => assembly.map((stack) => ({ assembly, stack })));
  if (stacks.length === 0) {
    throw new CommandError(`there is no template in ${OUTPUT_FOLDER}; ${SYNTHESISE}`);
  }
  return stacks;
}

/** Returns the stack with the rules of each ingress of an assembly. The listener itself can be in another stack. */
function stacksWithIngress(assembly: Assembly): AssemblyStack[] {
  const { template, stackOf } = mergedTemplate(assembly);
  const withRules = httpsListeners(listenersOf(template)).flatMap(({ rules }) => stackOf[rules[0].id ?? ''] ?? []);
  return [...new Set(withRules)];
}

function namedStack(file: string): StackFile {
  const template = parseTemplate(file);
  const folder = path.dirname(file);
  const assembly = existsSync(path.join(folder, 'manifest.json')) ? readAssemblies(folder)[0] : [];
  const stack = assembly.find((one) => path.resolve(one.file) === path.resolve(file));
  return stack
    ? { ...stackFile(assembly, stack), file }
    : { file, stack: path.basename(file).replace(/\.template\.json$/, ''), template, has: () => true };
}

/** Merges an assembly so that the resources of one stack have the logical ids of its template. */
function stackFile(assembly: Assembly, stack: AssemblyStack): StackFile {
  const { template, stackOf } = mergedTemplate([stack, ...assembly.filter((other) => other !== stack)]);
  return { file: stack.file, stack: stack.name, template, has: (id) => stackOf[id] === stack };
}
