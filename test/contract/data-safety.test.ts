import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import ts from 'typescript';
import { Change, Props, STORES, Subject } from './data-safety-changes';
import { ComparedTemplate, DangerFound, dangers, holdsData, HOLDING_TYPES } from './data-safety-dangers';
import { Given } from './data-safety-given';
import { POSTHOG } from './data-safety-posthog';
import { ROOT } from '../helpers/app';
import { zonedStack } from '../helpers/zones';

const SUBJECTS: Readonly<Record<string, Subject>> = { ...STORES, PostHog: POSTHOG };

/** Every interface of the library, by name. */
const INTERFACES = new Map(readdirSync(path.join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => ts.createSourceFile(file, readFileSync(path.join(ROOT, 'lib', file), 'utf8'), ts.ScriptTarget.Latest, true).statements)
  .filter(ts.isInterfaceDeclaration)
  .map((declaration) => [declaration.name.text, declaration]));

/** The properties of an interface, and of those that it extends. */
function propsOf(name: string): string[] {
  const { members, heritageClauses } = INTERFACES.get(name)!;
  const inherited = (heritageClauses ?? []).flatMap(({ types }) => types).flatMap(({ expression }) => propsOf(expression.getText()));
  return [...inherited, ...members.filter(ts.isPropertySignature).map((member) => member.name.getText())];
}

interface Made {
  readonly template: ComparedTemplate;
  readonly warnings: string[];
}

function made({ make }: Subject, props: (given: Given) => Props): Made {
  const stack = zonedStack(3);
  const given = new Given(stack);
  make(stack, given, props(given));
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => JSON.stringify(entry.data));
  return { template: Template.fromStack(stack).toJSON() as ComparedTemplate, warnings };
}

const NOTHING = () => ({});
const beginnings = new Map<Subject, Map<NonNullable<Change['with']>, Made>>();

/** Without the prop. Many changes begin with the same. */
function before(subject: Subject, { with: others = NOTHING }: Pick<Change, 'with'> = {}): Made {
  const known = beginnings.get(subject) ?? new Map<NonNullable<Change['with']>, Made>();
  beginnings.set(subject, known);
  known.set(others, known.get(others) ?? made(subject, others));
  return known.get(others)!;
}

/** What may be made of data that stays. */
const KEPT = ['Retain', 'RetainExceptOnCreate', 'Snapshot'];

function kinds(found: readonly DangerFound[]): string[] {
  return [...new Set(found.map(({ what }) => what))].sort();
}

function textOf(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8').replace(/\s+/g, ' ');
}

test.each(Object.entries(SUBJECTS))('a change is known of each prop of %s', (_, { struct, changes }) => {
  const props = propsOf(struct);
  expect(props.length).toBeGreaterThanOrEqual(7);
  expect(Object.keys(changes).sort()).toEqual(props.sort());
});

describe.each(Object.entries(SUBJECTS))('%s', (_, subject) => {
  test.each(Object.entries(subject.changes))('a change of %s does to data what is known of it, and no more', (prop, change) => {
    const one = before(subject, change);
    const other = made(subject, (given) => ({ ...change.with?.(given), [prop]: change.to(given) }));
    expect(other.template).not.toEqual(one.template);

    const found = [...dangers(one.template, other.template), ...dangers(other.template, one.template)];
    expect(kinds(found)).toEqual([...change.endangers?.what ?? []].sort());
    // What loses its place in the stack is not lost.
    const gone = found.filter(({ what }) => / (removed|replaced)$/.test(what));
    expect(gone.filter(({ policy }) => !KEPT.includes(policy ?? 'Delete'))).toEqual([]);
    if (change.endangers) {
      const { said } = change.endangers;
      const read = 'warning' in said ? [one, other].flatMap(({ warnings }) => warnings) : [textOf(said.file)];
      expect(read.filter((text) => text.includes('warning' in said ? said.warning : said.text))).not.toEqual([]);
    }
  });

  test.each([['by default', undefined, KEPT], ['with RETAIN', RemovalPolicy.RETAIN, KEPT], ['with DESTROY', RemovalPolicy.DESTROY, ['Delete']]])(
    '%s, what holds data leaves the stack as it should', (__, removalPolicy, policies) => {
      const { template } = removalPolicy ? made(subject, () => ({ removalPolicy })) : before(subject);
      const holding = Object.entries(template.Resources).filter(([, resource]) => holdsData(resource));
      expect(holding.length).toBeGreaterThan(0);
      const wrong = holding.filter(([, { DeletionPolicy, UpdateReplacePolicy }]) => [DeletionPolicy, UpdateReplacePolicy].some((policy) => !policies.includes(policy ?? 'Delete')));
      expect(wrong.map(([id, { DeletionPolicy, UpdateReplacePolicy }]) => [id, DeletionPolicy, UpdateReplacePolicy])).toEqual([]);
    });
});

test('every type that holds data is made by something here', () => {
  const types = Object.values(SUBJECTS).flatMap((subject) => Object.values(before(subject).template.Resources)).filter(holdsData).map(({ Type }) => Type);
  expect([...new Set(types)].sort()).toEqual([...HOLDING_TYPES].sort());
});
