import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { TemplateFile } from './template-file';

/** A synthesised template with the stack that the CDK deploys it to. */
export interface SynthesisedStack extends TemplateFile {
  /** The name of the stack; undefined for the template of a nested stack. */
  readonly name?: string;
  /** The region of the stack; undefined if the app leaves it to the credentials. */
  readonly region?: string;
}

interface Manifest {
  readonly artifacts?: Readonly<
    Record<
      string,
      { readonly type?: string; readonly environment?: string; readonly properties?: { readonly templateFile?: string; readonly stackName?: string } }
    >
  >;
}

const ENDING = '.template.json';

/** Returns the stack of a template: from the manifest of the cloud assembly in the same folder, or else from the name of the file. */
export function stackOf(template: TemplateFile): SynthesisedStack {
  const [folder, name] = [path.dirname(template.file), path.basename(template.file)];
  const manifest = path.join(folder, 'manifest.json');
  if (!existsSync(manifest)) {
    return { ...template, name: name.endsWith(ENDING) ? name.slice(0, -ENDING.length) : undefined };
  }
  const { artifacts = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
  const found = Object.entries(artifacts).find(
    ([, { type, properties }]) => type === 'aws:cloudformation:stack' && properties?.templateFile === name,
  );
  if (!found) {
    return template;
  }
  const [id, { environment = '', properties }] = found;
  const region = environment.split('/').at(-1);
  return { ...template, name: properties?.stackName ?? id, region: region === '' || region === 'unknown-region' ? undefined : region };
}
