import { Fn, Lazy, Token } from 'aws-cdk-lib/core';
import { DeferredValues } from '../../../lib/stores/instance/boot-asset';
import { newStack } from '../../helpers/stack';

const stack = newStack();

test('DeferredValues leaves a text without tokens as it is', () => {
  const values = new DeferredValues();
  expect([values.mark('file', 'a ${b} {"c":1}\n'), values.render()]).toEqual(['a ${b} {"c":1}\n', '']);
});

test('DeferredValues replaces each token with one placeholder, in order', () => {
  const values = new DeferredValues();
  const [vpc, zone] = [Fn.ref('Vpc'), Fn.ref('Zone')];
  expect(values.mark('file', `<a>${vpc}|${zone}|${vpc}</a>`)).toBe('<a>@{value-0}|@{value-1}|@{value-0}</a>');
  expect(values.mark('other', `${zone}\n`)).toBe('@{value-1}\n');
  expect(stack.resolve(values.render())).toEqual({ 'Fn::Join': ['', [{ 'Fn::Base64': { Ref: 'Vpc' } }, '\n', { 'Fn::Base64': { Ref: 'Zone' } }]] });
});

test('DeferredValues replaces a text that is one token, and a lazy value', () => {
  const values = new DeferredValues();
  expect(values.mark('file', Token.asString({ Ref: 'X' }))).toBe('@{value-0}');
  expect(values.mark('file', Lazy.string({ produce: () => 'late' }))).toBe('@{value-1}');
  expect(stack.resolve(values.render())).toEqual({ 'Fn::Join': ['', [{ 'Fn::Base64': { Ref: 'X' } }, '\n', { 'Fn::Base64': 'late' }]] });
});

test('DeferredValues rejects a text that contains a placeholder', () => {
  expect(() => new DeferredValues().mark('container/environment', 'A=@{value-0}')).toThrow(
    "`container/environment` must not contain @{value-, which begins a placeholder, got: 'A=@{value-0}'",
  );
});
