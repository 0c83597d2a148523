import { App, Aws, Duration, Lazy, Size, Stack, Token } from 'aws-cdk-lib/core';
import { Checks, checkProps, checkStruct, listOf, mapOf, objectWith, required, struct } from '../../../lib/private/checks/check';
import { misspellingOf } from '../../../lib/private/checks/misspelling';
import {
  anyText,
  boolean,
  days,
  duration,
  durationBetween,
  gibibytes,
  oneOf,
  oneOfOrToken,
  port,
  text,
  wholeNumber,
} from '../../../lib/private/checks/values';

interface Inner {
  readonly enabled?: boolean;
}

interface Props {
  readonly name: string;
  readonly replicas?: number;
  readonly inner?: Inner;
}

const CHECKS: Checks<Props> = {
  name: required(text(), 'the name of it'),
  replicas: wholeNumber(0, 5),
  inner: struct<Inner>({ enabled: boolean }),
};

const stack = new Stack(new App(), 'Outer');

test('checkProps accepts what the checks accept, and props that belong to somebody else', () => {
  expect(() => checkProps(stack, { name: 'a', replicas: undefined, inner: { enabled: false }, team: 'b' } as Props, CHECKS)).not.toThrow();
});

test.each<[string, unknown, string]>([
  ['a wrong value', { name: 'a', replicas: '2' }, "`replicas` must be a whole number from 0 to 5, got: '2'"],
  [
    'a wrong value of an inner struct',
    { name: 'a', inner: { enabled: 'no' } },
    "`inner.enabled` must be true or false, got: 'no'; write it without quotes",
  ],
  ['null', { name: 'a', replicas: null }, '`replicas` must not be null; leave it out for its default'],
  ['null for a required prop', { name: null }, '`name` is required: the name of it'],
  ['a missing prop', {}, '`name` is required: the name of it'],
  ['a prop with a wrong letter', { name: 'a', replcas: 1 }, '`replcas` does not exist; write `replicas`'],
  ['a prop of an inner struct in another case', { name: 'a', inner: { Enabled: true } }, '`inner.Enabled` does not exist; write `inner.enabled`'],
  ['props that are a text', 'x', "`props` must be an object with `name`, got: 'x'"],
  ['no props', undefined, '`props` must be an object with `name`'],
  ['an inner struct that is a list', { name: 'a', inner: [] }, '`inner` must be an object with props such as `enabled`, got: []'],
])('checkProps refuses %s, with the path of the construct', (_, props, message) => {
  expect(() => checkProps(stack, props as Props, CHECKS)).toThrow(new Error(`[Outer] ${message}`));
});

test('checkStruct names the argument', () => {
  expect(() => checkStruct('options', null as unknown as Props, CHECKS)).toThrow(new Error('`options` must be an object with `name`, got: null'));
});

test('a prop next to the one that it resembles is no misspelling', () => {
  expect(() => checkStruct('props', { name: 'a', replicas: 1, replica: 2 } as Props, CHECKS)).not.toThrow();
});

test.each([
  ['domainname', 'domainName'],
  ['domain_name', 'domainName'],
  ['DomainName', 'domainName'],
  ['domianName', 'domainName'],
  ['removalPolcy', 'removalPolicy'],
  ['instancType', 'instanceType'],
  ['vcp', undefined],
  ['team', undefined],
  ['subnets', undefined],
])('the name that `%s` means is %p', (wrong, meant) => {
  expect(misspellingOf(wrong, ['vpc', 'vpcSubnets', 'domainName', 'removalPolicy', 'instanceType', 'port'])).toBe(meant);
});

test('ports are whole numbers from 1 to 65535, or tokens', () => {
  for (const value of [1, 65_535, Token.asNumber({ Ref: 'Port' })]) {
    expect(() => port('port', value)).not.toThrow();
  }
  for (const value of [0, 65_536, 1.5, NaN, '80']) {
    expect(() => port('port', value)).toThrow('`port` must be a port from 1 to 65535, got: ');
  }
});

test('texts may be tokens, and other types may not stand for them', () => {
  expect(() => text(/^a$/, 'must be a')('name', Aws.REGION)).not.toThrow();
  expect(() => text(/^a$/, 'must be a')('name', `b-${Aws.REGION}`)).not.toThrow();
  expect(() => text(/^a$/, 'must be a', 'write a')('name', 'b')).toThrow("`name` must be a, got: 'b'; write a");
  expect(() => anyText('name', Lazy.any({ produce: () => 'x' }))).toThrow('`name` must be a text, got: a token; convert it with Token.asString()');
  expect(() => anyText('name', '')).not.toThrow();
});

test('a boolean and a value of an enum cannot be tokens, unless the enum is only printed', () => {
  expect(() => boolean('spot', Lazy.any({ produce: () => true }))).toThrow('`spot` must be true or false, got: a token');
  expect(() => oneOf({ A: 'a', B: 'b' })('size', Aws.REGION)).toThrow('`size` must be one of a, b, got: a token');
  expect(() => oneOfOrToken({ ONE: 1, 1: 'ONE' })('days', Token.asNumber({ Ref: 'Days' }))).not.toThrow();
  expect(() => oneOfOrToken({ ONE: 1, 1: 'ONE' })('days', 2)).toThrow('`days` must be one of 1, got: 2');
});

test('lists name the item that is wrong', () => {
  expect(() => listOf(text())('names', ['a', 5])).toThrow('`names[1]` must be a text, and not empty, got: 5');
  expect(() => listOf(text())('names', ['a', undefined])).toThrow('`names[1]` must have a value');
  expect(() => listOf(text())('names', ['a', 'a'])).toThrow("`names` must not contain duplicates, got: 'a'");
  expect(() => listOf(text(), { duplicates: true })('names', ['a', 'a'])).not.toThrow();
  expect(() => listOf(text(), { min: 1, fix: 'add one' })('names', [])).toThrow('`names` must name at least one, got: []; add one');
  expect(() => listOf(text())('names', 'a')).toThrow("`names` must be a list, got: 'a'");
  expect(() => listOf(text())('names', Token.asList({ Ref: 'Names' }))).not.toThrow();
});

test('maps name the value that is wrong', () => {
  expect(() => mapOf(anyText)('environment', { A: 5 })).toThrow('`environment.A` must be a text, got: 5');
  expect(() => mapOf(anyText)('environment', { A: null })).toThrow('`environment.A` must have a value; leave the name out');
  expect(() => mapOf(anyText)('environment', stack)).toThrow('`environment` must be an object with names and values, got: Outer');
});

test('durations and sizes have to be those of the CDK, in whole units and in their range', () => {
  expect(() => duration('timeout', 5)).toThrow('`timeout` must be a Duration, got: 5; write Duration.minutes(...), for example');
  expect(() => duration('timeout', Duration.millis(1500))).toThrow('`timeout` must be a whole number of seconds, got: 1500 millis');
  const hour = durationBetween(Duration.minutes(1), Duration.hours(1), 'up to an hour');
  expect(() => hour('timeout', Duration.minutes(61))).toThrow('`timeout` must be up to an hour, got: 61 minutes');
  expect(() => hour('timeout', Duration.seconds(Token.asNumber({ Ref: 'Seconds' })))).not.toThrow();
  expect(() => days(1, 35)('retention', '7')).toThrow(
    "`retention` must be a Duration of whole days, from 1 to 35, got: '7'; write Duration.days(...)",
  );
  expect(() => gibibytes(1, 10)('volumeSize', 5)).toThrow('`volumeSize` must be a Size, got: 5; write Size.gibibytes(...), for example');
  expect(() => gibibytes(1, 10)('volumeSize', Size.gibibytes(11))).toThrow('`volumeSize` must be from 1 to 10 GiB, got: 11 GiB');
});

test('objects are recognised by their members, of which none is read', () => {
  const value = {
    get secretArn(): string {
      throw new Error('not known');
    },
  };
  expect(() => objectWith('a secret', ['secretArn'])('secret', value)).not.toThrow();
  expect(() => objectWith('a secret', ['secretArn'], 'import one')('secret', stack)).toThrow('`secret` must be a secret, got: Outer; import one');
});
