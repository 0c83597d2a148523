import { readFileSync } from 'node:fs';
import path from 'node:path';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Change, Props, Subject } from './data-safety-changes';
import { ComparedTemplate, DangerFound, dangers, holdsData } from './data-safety-dangers';
import { refusedChanges } from '../../cli/updates/rules';
import { Given } from './data-safety-given';
import { ROOT } from '../helpers/app';
import { zonedStack } from '../helpers/zones';

interface Made {
  readonly template: ComparedTemplate;
  readonly warnings: string[];
}

function made({ make }: Subject, props: (given: Given) => Props): Made {
  const stack = zonedStack(3);
  const given = new Given(stack);
  make(stack, given, props(given));
  const warnings = Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => JSON.stringify(entry.data));
  return { template: Template.fromStack(stack).toJSON() as ComparedTemplate, warnings };
}

const NOTHING = () => ({});
const beginnings = new Map<Subject, Map<NonNullable<Change['with']>, Made>>();

/** Without the prop. Many changes begin with the same. */
export function before(subject: Subject, { with: others = NOTHING }: Pick<Change, 'with'> = {}): Made {
  const known = beginnings.get(subject) ?? new Map<NonNullable<Change['with']>, Made>();
  beginnings.set(subject, known);
  known.set(others, known.get(others) ?? made(subject, others));
  return known.get(others)!;
}

/** What happens to data that is kept: when it leaves the stack, and when it is replaced. */
const OF_KEPT = ['RetainExceptOnCreate,Retain', 'Snapshot,Snapshot'];

/** What may be made of data that stays. */
const KEPT = ['Retain', 'RetainExceptOnCreate', 'Snapshot'];

function kinds(found: readonly DangerFound[]): string[] {
  return [...new Set(found.map(({ what }) => what))].sort();
}

function textOf(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8').replace(/\s+/g, ' ');
}

/** Defines the tests of a construct: a change of each prop is one that AWS accepts in one update, but for those that are known. */
export function testUpdates(subject: Subject): void {
  test.each(Object.entries(subject.changes))('AWS accepts a change of `%s` in one update, unless the table says otherwise', (prop, change) => {
    const one = before(subject, change);
    const other = made(subject, (given) => ({ ...change.with?.(given), [prop]: change.to(given) }));
    const messages = [...refusedChanges(one.template, other.template), ...refusedChanges(other.template, one.template)].map(({ message }) => message);
    const { refused = [] } = change;
    expect(messages.filter((message) => !refused.some((known) => message.startsWith(known)))).toEqual([]);
    expect(refused.filter((known) => !messages.some((message) => message.startsWith(known)))).toEqual([]);
  });
}

/** Defines the tests of a construct: a change of each prop, and what its removal policies do. */
export function testDataSafety(subject: Subject): void {
  test.each(Object.entries(subject.changes))('a change of `%s` has only the known effects on data', (prop, change) => {
    const one = before(subject, change);
    const other = made(subject, (given) => ({ ...change.with?.(given), [prop]: change.to(given) }));
    expect(other.template).not.toEqual(one.template);

    const found = [...dangers(one.template, other.template), ...dangers(other.template, one.template)];
    expect(kinds(found)).toEqual([...(change.endangers?.what ?? [])].sort());
    // What loses its place in the stack is not lost.
    const gone = found.filter(({ what }) => / (removed|replaced)$/.test(what));
    expect(gone.filter(({ policy }) => !KEPT.includes(policy ?? 'Delete'))).toEqual([]);
    if (change.endangers) {
      const { said } = change.endangers;
      const read = 'warning' in said ? [one, other].flatMap(({ warnings }) => warnings) : [textOf(said.file)];
      expect(read.filter((text) => text.includes('warning' in said ? said.warning : said.text))).not.toEqual([]);
    }
  });

  test.each([
    ['by default', undefined, OF_KEPT],
    ['with RETAIN', RemovalPolicy.RETAIN, OF_KEPT],
    ['with DESTROY', RemovalPolicy.DESTROY, ['Delete,Delete']],
  ])('%s, resources with data have the expected deletion policies', (__, removalPolicy, policies) => {
    const { template } = removalPolicy ? made(subject, () => ({ removalPolicy })) : before(subject);
    const holding = Object.entries(template.Resources).filter(([, resource]) => holdsData(resource));
    expect(holding.length).toBeGreaterThan(0);
    const wrong = holding
      .map(([id, { DeletionPolicy = 'Delete', UpdateReplacePolicy = 'Delete' }]) => [id, `${DeletionPolicy},${UpdateReplacePolicy}`])
      .filter(([, both]) => !policies.includes(both));
    expect(wrong).toEqual([]);
    // What is retained without a reason stays in the account after a first deployment that failed, and is in the way of the next one.
    const stuck = Object.entries(template.Resources).filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain');
    expect(stuck.map(([id]) => id)).toEqual([]);
  });
}
