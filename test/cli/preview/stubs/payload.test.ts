import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { distinctIdOf, eventsIn, tokenOf, unpacked } from '../../../../cli/preview/stubs/payload';

const LIMIT = 1024 * 1024;
const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';

function base64(text: string | Buffer): Buffer {
  return Buffer.from(Buffer.from(text).toString('base64'));
}

/** Every way in which SDKs pack a body. */
const PACKINGS: readonly [name: string, pack: (json: string) => Buffer, contentType: string][] = [
  ['as it is', (json) => Buffer.from(json), JSON_TYPE],
  ['gzip', (json) => gzipSync(json), JSON_TYPE],
  ['base64', (json) => base64(json), JSON_TYPE],
  ['base64 of gzip', (json) => base64(gzipSync(json)), JSON_TYPE],
  ['a form', (json) => Buffer.from(new URLSearchParams({ data: base64(json).toString() }).toString()), FORM],
  ['a form whose plus signs are not escaped', (json) => Buffer.from(`data=${base64(json).toString()}`), FORM],
];

test.each(PACKINGS)('JSON is decoded from %s', (_, pack, contentType) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), (value) => {
      expect(unpacked(pack(JSON.stringify({ event: 'x', ...value })), contentType, LIMIT)).toEqual({ event: 'x', ...value });
    }),
    { numRuns: 50 },
  );
});

test.each([
  ['an empty body', Buffer.alloc(0), 'request missing data payload'],
  ['what is no JSON', Buffer.from('{"event"'), 'failed to parse request'],
  ['a broken gzip', gzipSync('{}').subarray(0, 12), 'failed to decode request: invalid GZIP data'],
  ['a gzip that unpacks to more than is taken', gzipSync(Buffer.alloc(LIMIT + 1)), 'failed to decode request: invalid GZIP data'],
])('a payload with %s is refused', (_, body, message) => {
  expect(() => unpacked(body, undefined, LIMIT)).toThrow(message);
});

test('a batch has one token for all events, a list none, an event its own', () => {
  expect(eventsIn({ api_key: 't', batch: [{ event: 'a' }] }, '/batch/')).toEqual({ events: [{ event: 'a' }], token: 't' });
  expect(eventsIn([{ event: 'a' }, { event: 'b' }], '/e/')).toEqual({ events: [{ event: 'a' }, { event: 'b' }] });
  expect(eventsIn({ event: 'a', token: 't' }, '/e/').events).toEqual([{ event: 'a', token: 't' }]);
});

test('an event without a name is an identification at /engage, and refused elsewhere', () => {
  expect(eventsIn({ $set: {} }, '/engage/').events[0].event).toBe('$identify');
  expect(() => eventsIn({ $set: {} }, '/e/')).toThrow('missing event name');
  expect(() => eventsIn('text', '/e/')).toThrow('neither an event nor a list');
});

test.each([[{ token: 'a' }], [{ api_key: 'a' }], [{ properties: { token: 'a' } }]])('the token of %j is found', (event) => {
  expect(tokenOf(event)).toBe('a');
});

test.each([
  [{ distinct_id: 'a' }, 'a'],
  [{ distinct_id: 7 }, '7'],
  [{ properties: { distinct_id: 'a' } }, 'a'],
  [{}, undefined],
  [{ distinct_id: {} }, undefined],
])('the event %j has the distinct id %s', (event, id) => {
  expect(distinctIdOf(event)).toBe(id);
});
