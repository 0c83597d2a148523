import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CommandError } from '../command';
import { CloudFormationTemplate } from '../alb/template';

/** The folder to which the CDK CLI writes templates. */
export const OUTPUT_FOLDER = 'cdk.out';
export const SYNTHESISE = 'run `npx cdk synth`, or name a template with --template FILE';

/** Reads the template in a file. */
export function parseTemplate(file: string): CloudFormationTemplate {
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

/** Returns whether a value is an object, not a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
