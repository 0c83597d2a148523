import { Fn, Lazy, Token } from 'aws-cdk-lib/core';
import { DeferredValues } from '../../../lib/stores/instance/boot-asset';
import { newStack } from '../../helpers/stack';

const stack = newStack();

test('a text without references stays as it is, and nothing is deferred', () => {
  const values = new DeferredValues();
  expect([values.mark('file', 'a ${b} {"c":1}\n'), values.render()]).toEqual(['a ${b} {"c":1}\n', '']);
});

test('each reference becomes a mark, the same one wherever it stands, in the order of appearance', () => {
  const values = new DeferredValues();
  const [vpc, zone] = [Fn.ref('Vpc'), Fn.ref('Zone')];
  expect(values.mark('file', `<a>${vpc}|${zone}|${vpc}</a>`)).toBe('<a>@{value-0}|@{value-1}|@{value-0}</a>');
  expect(values.mark('other', `${zone}\n`)).toBe('@{value-1}\n');
  expect(stack.resolve(values.render())).toEqual({ 'Fn::Join': ['', [{ 'Fn::Base64': { Ref: 'Vpc' } }, '\n', { 'Fn::Base64': { Ref: 'Zone' } }]] });
});

test('a text that is a single reference, and one whose value is known only later', () => {
  const values = new DeferredValues();
  expect(values.mark('file', Token.asString({ Ref: 'X' }))).toBe('@{value-0}');
  expect(values.mark('file', Lazy.string({ produce: () => 'late' }))).toBe('@{value-1}');
  expect(stack.resolve(values.render())).toEqual({ 'Fn::Join': ['', [{ 'Fn::Base64': { Ref: 'X' } }, '\n', { 'Fn::Base64': 'late' }]] });
});

test('fails when a text holds what would be taken for a mark', () => {
  expect(() => new DeferredValues().mark('container/environment', 'A=@{value-0}')).toThrow(
    "`container/environment` must not contain @{value-, which begins a placeholder, got: 'A=@{value-0}'",
  );
});
