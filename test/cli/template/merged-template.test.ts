import { AssemblyStack } from '../../../cli/template/assembly';
import { mergedTemplate } from '../../../cli/template/merged-template';
import { CloudFormationTemplate } from '../../../cli/alb/template';

function stack(name: string, Resources: Record<string, object>, more: object = {}): AssemblyStack {
  return { name, file: `${name}.template.json`, template: { Resources, ...more } as CloudFormationTemplate };
}

const exported = (name: string, Value: unknown) => ({ [name]: { Value, Export: { Name: name } } });

/** Resolves a value in the stack `App` next to a stack `Stores` with exports. */
function resolved(value: unknown): unknown {
  const exports = { ...exported('Host', { 'Fn::GetAtt': ['Db', 'Host'] }), ...exported('Zones', { 'Fn::Join': ['||', [{ Ref: 'Db' }, 'b']] }) };
  const stores = stack('Stores', { Db: { Type: 'Db' } }, { Outputs: { ...exports, Text: { Value: 'no export' } } });
  const { template } = mergedTemplate([stack('App', { One: { Type: 'One', Properties: { value } } }), stores]);
  return (template.Resources.One.Properties as { value: unknown }).value;
}

test.each<[string, unknown, unknown]>([
  ['an attribute that another stack exports', { 'Fn::ImportValue': 'Host' }, { 'Fn::GetAtt': ['Db', 'Host'] }],
  [
    'an export within text',
    { 'Fn::Join': ['', ['a', { 'Fn::ImportValue': 'Host' }]] },
    { 'Fn::Join': ['', ['a', { 'Fn::GetAtt': ['Db', 'Host'] }]] },
  ],
  ['an exported list', { 'Fn::Split': ['||', { 'Fn::ImportValue': 'Zones' }] }, [{ Ref: 'Db' }, 'b']],
  ['an item of an exported list', { 'Fn::Select': [1, { 'Fn::Split': ['||', { 'Fn::ImportValue': 'Zones' }] }] }, 'b'],
  ['an item of a text that is known', { 'Fn::Select': ['0', { 'Fn::Split': ['-', 'x-y'] }] }, 'x'],
  ['an export of no stack of the app', { 'Fn::ImportValue': 'Elsewhere' }, { 'Fn::ImportValue': 'Elsewhere' }],
  ['an export whose name is known at deployment', { 'Fn::ImportValue': { Ref: 'Name' } }, { 'Fn::ImportValue': { Ref: 'Name' } }],
  ['a pseudo parameter', { Ref: 'AWS::Region' }, { Ref: 'AWS::Region' }],
  ['a list that is known at deployment', { 'Fn::Split': ['||', { Ref: 'AWS::Region' }] }, { 'Fn::Split': ['||', { Ref: 'AWS::Region' }] }],
  ['an item beyond a list', { 'Fn::Select': [2, ['a']] }, { 'Fn::Select': [2, ['a']] }],
  ['an attribute of no resource', { 'Fn::GetAtt': ['Missing', 'Arn'] }, { 'Fn::GetAtt': ['Missing', 'Arn'] }],
  ['an attribute in one text', { 'Fn::GetAtt': 'One.Arn' }, { 'Fn::GetAtt': ['One', 'Arn'] }],
])('resolves %s', (_, value, expected) => {
  expect(resolved(value)).toEqual(expected);
});

test('resolves parameters and outputs of nested stacks', () => {
  const parent = stack('App', {
    Nested: { Type: 'AWS::CloudFormation::Stack', Properties: { Parameters: { Given: { Ref: 'Vpc' } } } },
    Vpc: { Type: 'Vpc' },
    User: { Type: 'User', Properties: { subnet: { 'Fn::GetAtt': ['Nested', 'Outputs.Subnet'] } } },
  });
  const nested: AssemblyStack = {
    ...stack(
      'App/Nested',
      { Subnet: { Type: 'Subnet', Properties: { vpc: { Ref: 'Given' } } } },
      { Outputs: { Subnet: { Value: { Ref: 'Subnet' } } } },
    ),
    parent: { file: parent.file, id: 'Nested' },
  };
  const { Resources } = mergedTemplate([parent, nested]).template;
  expect(Resources.User.Properties).toEqual({ subnet: { Ref: 'Subnet' } });
  expect(Resources.Subnet.Properties).toEqual({ vpc: { Ref: 'Vpc' } });
});

test('puts the name of the stack before a logical id that an earlier stack has, in references too', () => {
  const [one, other] = ['One', 'Other'].map((name) =>
    stack(name, { Same: { Type: name }, User: { Type: 'User', Properties: { of: { Ref: 'Same' } } } }),
  );
  const { template, stackOf } = mergedTemplate([one, other]);
  expect(Object.keys(template.Resources)).toEqual(['Same', 'User', 'Other/Same', 'Other/User']);
  expect(template.Resources['Other/User'].Properties).toEqual({ of: { Ref: 'Other/Same' } });
  expect([stackOf.User, stackOf['Other/User']]).toEqual([one, other]);
});
