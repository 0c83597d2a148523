import { AI_EVENT_BYTES, aiEventBytes, BATCH_BODY_BYTES, EVENT_ENVELOPE_BYTES, EVENT_MESSAGE_BYTES, KAFKA_MESSAGE_BYTES } from '../../lib/catalog/limits';

test('an AI event fits into a message, even where every byte of it is escaped', () => {
  expect(2 * AI_EVENT_BYTES + EVENT_ENVELOPE_BYTES).toBeLessThanOrEqual(KAFKA_MESSAGE_BYTES);
});

test('an AI event fits into the body of a request', () => {
  expect(AI_EVENT_BYTES).toBeLessThan(BATCH_BODY_BYTES);
});

test('brokers that take less leave room for what is around an event', () => {
  expect(aiEventBytes(KAFKA_MESSAGE_BYTES)).toBe(AI_EVENT_BYTES);
  expect(aiEventBytes(EVENT_MESSAGE_BYTES)).toBe(983_040);
});
