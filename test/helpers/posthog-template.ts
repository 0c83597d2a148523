import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { PostHogProps } from '../../lib';
import { newPostHog, newStack } from './stack';

/** The folder in which the test files of one run share templates: see run-setup.mjs. */
const FOLDER = process.env.TEST_RUN_FOLDER && path.join(process.env.TEST_RUN_FOLDER, 'templates');

/** The props of a template as text, or undefined if they have values, such as constructs, that a text cannot tell apart. */
function keyOf(props: Partial<PostHogProps>): string | undefined {
  let isPlain = true;
  const text = JSON.stringify(props, (_, value: unknown) => {
    const isObject = typeof value === 'object' && value !== null;
    const isText = isObject ? Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype : typeof value !== 'function';
    isPlain &&= isText;
    // A construct refers to its parents, which refer to it.
    return value === undefined || !isText ? { undefined: true } : value;
  });
  return isPlain ? createHash('sha256').update(text).digest('hex') : undefined;
}

/** The template of `newPostHog` in a stack of its own: synthesised once in a run for plain props, and a new object for each caller. */
export function posthogTemplate(props: Partial<PostHogProps> = {}): Record<string, unknown> {
  const key = keyOf(props);
  const file = key && FOLDER && path.join(FOLDER, `${key}.json`);
  if (file && existsSync(file)) {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  }
  const stack = newStack();
  newPostHog(stack, props);
  const template = Template.fromStack(stack).toJSON() as Record<string, unknown>;
  if (file) {
    const written = `${file}.${randomUUID()}`;
    writeFileSync(written, JSON.stringify(template));
    renameSync(written, file);
  }
  return template;
}
