import {
  AI_EVENT_BYTES,
  aiEventBytes,
  BATCH_BODY_BYTES,
  EVENT_ENVELOPE_BYTES,
  EVENT_MESSAGE_BYTES,
  KAFKA_MESSAGE_BYTES,
} from '../../../lib/catalog/kafka/limits';

test('an AI event fits into a message, even if every byte of it is escaped', () => {
  expect(2 * AI_EVENT_BYTES + EVENT_ENVELOPE_BYTES).toBeLessThanOrEqual(KAFKA_MESSAGE_BYTES);
});

test('an AI event fits into the body of a request', () => {
  expect(AI_EVENT_BYTES).toBeLessThan(BATCH_BODY_BYTES);
});

test('a smaller limit of brokers leaves room for the envelope of an event', () => {
  expect(aiEventBytes(KAFKA_MESSAGE_BYTES)).toBe(AI_EVENT_BYTES);
  expect(aiEventBytes(EVENT_MESSAGE_BYTES)).toBe(983_040);
});
