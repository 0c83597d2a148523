import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { invalidValue } from '../../private/errors';

/** The tags of the volumes of a stack, with the paths of their instances. */
const TAGS_OF_STACKS = new WeakMap<Stack, Map<string, string>>();

/**
 * Returns the tag value of the volume and its instances.
 *
 * Throws if another instance of the stack has the same one: each instance would find two volumes and refuse both.
 */
export function ownTag(scope: Construct, id: string): string {
  const stack = Stack.of(scope);
  const known = TAGS_OF_STACKS.get(stack) ?? new Map<string, string>();
  TAGS_OF_STACKS.set(stack, known);
  const tag = tagValue(scope);
  const other = known.get(tag);
  if (other !== undefined) {
    throw invalidValue(
      'id',
      `must differ from that of ${other} in a letter, a digit or one of _./@+-, because the tag of its volume has no others`,
      id,
    );
  }
  known.set(tag, scope.node.path);
  return tag;
}

/**
 * Returns the tag value of the volume and its instances. It is the same when a stack is deployed again, so that a retained volume
 * is found.
 */
function tagValue(scope: Construct): string {
  const stack = Stack.of(scope);
  const path = scope.node.path
    .slice(stack.node.path.length)
    .replace(/^\//, '')
    .replace(/[^A-Za-z0-9_./@+-]/g, '-');
  return `${stack.stackName}/${path.length > 100 ? `${path.slice(0, 50)}${scope.node.addr}` : path}`;
}
