import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CommandError } from '../command';
import { CloudFormationTemplate, ofType } from '../alb/template';
import { isObject, parseTemplate, SYNTHESISE } from './parse-template';

/** A stack of a cloud assembly: a template, and what it is deployed as. */
export interface AssemblyStack {
  /** Its name: that of the stack, for a nested stack followed by its logical id. */
  readonly name: string;
  /** The file of its template. */
  readonly file: string;
  readonly template: CloudFormationTemplate;
  /** The stack that deploys it, and its logical id there; undefined if it is not nested. */
  readonly parent?: { readonly file: string; readonly id: string };
}

/** The stacks of one folder of a cloud assembly: those of an app, or of a stage of it. They can import each other's exports. */
export type Assembly = readonly AssemblyStack[];

const MANIFEST = 'manifest.json';
const TEMPLATE_SUFFIX = '.template.json';

interface Artifact {
  readonly type?: unknown;
  readonly displayName?: unknown;
  readonly properties?: { readonly directoryName?: unknown; readonly templateFile?: unknown; readonly stackName?: unknown };
}

/**
 * Reads a cloud assembly: the app's own stacks first, then those of each stage.
 *
 * A folder without a manifest is one without stages: all templates in it belong together.
 *
 * @param folder the folder of the cloud assembly
 */
export function readAssemblies(folder: string): Assembly[] {
  const artifacts = artifactsIn(folder);
  if (artifacts === undefined) {
    return [templatesIn(folder)];
  }
  const stacks = artifacts.flatMap(([id, { type, properties = {} }]): AssemblyStack[] => {
    const { templateFile, stackName } = properties;
    if (type !== 'aws:cloudformation:stack' || typeof templateFile !== 'string') {
      return [];
    }
    const file = path.join(folder, templateFile);
    const stack = { name: typeof stackName === 'string' ? stackName : id, file, template: parseTemplate(file) };
    return [stack, ...nestedStacks(stack)];
  });
  const stages = artifacts.flatMap(([, { type, properties = {} }]) =>
    type === 'cdk:cloud-assembly' && typeof properties.directoryName === 'string' ? [properties.directoryName] : [],
  );
  return [stacks, ...stages.flatMap((stage) => readAssemblies(path.join(folder, stage)))];
}

/** Returns the artifacts of a cloud assembly's manifest; undefined if the folder has none. */
function artifactsIn(folder: string): [id: string, artifact: Artifact][] | undefined {
  const file = path.join(folder, MANIFEST);
  if (!existsSync(file)) {
    return undefined;
  }
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new CommandError(`${file} is not JSON; ${SYNTHESISE}`);
  }
  const artifacts = isObject(manifest) ? manifest.artifacts : undefined;
  return isObject(artifacts) ? (Object.entries(artifacts).filter(([, artifact]) => isObject(artifact)) as [string, Artifact][]) : [];
}

function templatesIn(folder: string): Assembly {
  return readdirSync(folder)
    .filter((name) => name.endsWith(TEMPLATE_SUFFIX))
    .sort()
    .map((name) => {
      const file = path.join(folder, name);
      return { name: name.slice(0, -TEMPLATE_SUFFIX.length), file, template: parseTemplate(file) };
    });
}

/** Returns the nested stacks of a stack, and theirs. A nested stack with a template that is not in the folder is left out. */
function nestedStacks({ name, file, template }: AssemblyStack): AssemblyStack[] {
  return ofType<{ TemplateURL?: unknown }>(template, 'AWS::CloudFormation::Stack').flatMap(([id, { TemplateURL }]) => {
    const nested = nestedFile(file, template.Resources[id].Metadata, TemplateURL);
    if (nested === undefined || !existsSync(nested)) {
      return [];
    }
    const stack = { name: `${name}/${id}`, file: nested, template: parseTemplate(nested), parent: { file, id } };
    return [stack, ...nestedStacks(stack)];
  });
}

/** Returns the file of a nested stack's template: `cdk synth` names it in the metadata; otherwise its asset has the hash in the URL. */
function nestedFile(parent: string, metadata: unknown, url: unknown): string | undefined {
  const named = isObject(metadata) ? metadata['aws:asset:path'] : undefined;
  const source = typeof named === 'string' ? named : assetWith(parent, JSON.stringify(url ?? ''));
  return source === undefined ? undefined : path.join(path.dirname(parent), source);
}

/** Returns the path of the asset of a stack whose hash is in a text. */
function assetWith(stackFile: string, text: string): string | undefined {
  const file = stackFile.replace(/(\.nested)?\.template\.json$/, '.assets.json');
  if (!existsSync(file)) {
    return undefined;
  }
  let assets: unknown;
  try {
    assets = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new CommandError(`${file} is not JSON; ${SYNTHESISE}`);
  }
  const files = isObject(assets) && isObject(assets.files) ? Object.entries(assets.files) : [];
  const [, asset] = files.find(([hash]) => text.includes(hash)) ?? [];
  const source = isObject(asset) && isObject(asset.source) ? asset.source.path : undefined;
  return typeof source === 'string' ? source : undefined;
}
