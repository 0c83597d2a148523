import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Construct, IConstruct } from 'constructs';
import { Product, TrustedProxies } from '../../lib';
import { ROOT } from '../helpers/app';
import { newPostHog, newStack } from '../helpers/stack';

/** The construct classes that files of lib export. Those of the CDK may define what they like. */
const CLASSES = new Set(
  readdirSync(path.join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.lambda.ts'))
    .flatMap((file) => Object.values(jest.requireActual<Record<string, unknown>>(path.join(ROOT, 'lib', file))))
    .filter((value): value is new () => IConstruct => typeof value === 'function' && value.prototype instanceof Construct),
);

/** Reads every getter of a construct, and returns their names. */
function readAll(construct: IConstruct): string[] {
  const read: string[] = [];
  for (let type = Object.getPrototypeOf(construct) as object; type !== Construct.prototype; type = Object.getPrototypeOf(type) as object) {
    const descriptors = Object.getOwnPropertyDescriptors(type) as Record<string, PropertyDescriptor>;
    for (const name of Object.keys(descriptors).filter((key) => 'get' in descriptors[key])) {
      void (construct as unknown as Record<string, unknown>)[name];
      read.push(name);
    }
  }
  return read;
}

test('reading the properties of all constructs of a PostHog defines nothing', () => {
  const stack = newStack();
  const posthog = newPostHog(stack, { products: Object.values(Product) });
  const before = stack.node.findAll();
  const constructs = posthog.node.findAll().filter((construct) => CLASSES.has(construct.constructor as new () => IConstruct));
  expect(constructs.length).toBeGreaterThan(30);
  expect(constructs.flatMap(readAll)).toContain('started');
  expect(stack.node.findAll()).toHaveLength(before.length);
});

test('reading the addresses of a load balancer that no ingress uses defines nothing', () => {
  const stack = newStack();
  const { ingress } = newPostHog(stack);
  const before = stack.node.findAll().length;
  expect(() => TrustedProxies.fromLoadBalancer(ingress.loadBalancer).addresses).toThrow(
    '`addresses` of TrustedProxies.fromLoadBalancer() are looked up',
  );
  expect(stack.node.findAll()).toHaveLength(before);
});
