import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { before, testDataSafety, testUpdates } from './data-safety-cases';
import { STORES, Subject } from './data-safety-changes';
import { holdsData, HOLDING_TYPES } from './data-safety-dangers';
import { POSTHOG, POSTHOG_STORES } from './data-safety-posthog';
import { WITHOUT_DATA } from './update-subjects';
import { ROOT } from '../helpers/app';

const WITH_DATA = { ...STORES, PostHogStores: POSTHOG_STORES };
const SUBJECTS: Readonly<Record<string, Subject>> = { ...WITH_DATA, ...WITHOUT_DATA, PostHog: POSTHOG };

/** Every interface of the library, by name. */
const INTERFACES = new Map(
  readdirSync(path.join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => ts.createSourceFile(file, readFileSync(path.join(ROOT, 'lib', file), 'utf8'), ts.ScriptTarget.Latest, true).statements)
    .filter(ts.isInterfaceDeclaration)
    .map((declaration) => [declaration.name.text, declaration]),
);

/** The properties of an interface, and of those that it extends. */
function propsOf(name: string): string[] {
  const { members, heritageClauses } = INTERFACES.get(name)!;
  const inherited = (heritageClauses ?? []).flatMap(({ types }) => types).flatMap(({ expression }) => propsOf(expression.getText()));
  return [...inherited, ...members.filter(ts.isPropertySignature).map((member) => member.name.getText())];
}

test.each(Object.entries(SUBJECTS))('the table of changes has every prop of %s', (_, { struct, changes }) => {
  const props = propsOf(struct);
  expect(props.length).toBeGreaterThanOrEqual(7);
  expect(Object.keys(changes).sort()).toEqual(props.sort());
});

// Every change of a whole PostHog is in test/full.
describe.each(Object.entries(WITH_DATA))('%s', (_, subject) => {
  testDataSafety(subject);
  testUpdates(subject);
});

describe.each(Object.entries(WITHOUT_DATA))('%s', (_, subject) => testUpdates(subject));

test('every resource type with data is created by a construct of this table', () => {
  const types = Object.values(SUBJECTS)
    .flatMap((subject) => Object.values(before(subject).template.Resources))
    .filter(holdsData)
    .map(({ Type }) => Type);
  expect([...new Set(types)].sort()).toEqual([...HOLDING_TYPES].sort());
});
