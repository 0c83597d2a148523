import { Stack } from 'aws-cdk-lib/core';
import { Kafka, PostHogProcess } from '../../lib';
import {
  AI_EVENT_BYTES,
  aiEventBytes,
  BATCH_BODY_BYTES,
  EVENT_ENVELOPE_BYTES,
  EVENT_MESSAGE_BYTES,
  KAFKA_MESSAGE_BYTES,
} from '../../lib/catalog/kafka/limits';
import { PROCESSES } from '../../lib/catalog/processes';
import { contextIn } from '../helpers/process-context';
import { newStack } from '../helpers/stack';

/** Every setting of a limit in bytes, by process, where the brokers take messages of this size. */
function limits(maxMessageBytes: number): Map<PostHogProcess, Record<string, number>> {
  const stores = (stack: Stack) => ({
    kafka: Kafka.fromKafkaAttributes(stack, 'Limited', { bootstrapServers: 'b-1.internal:9094', maxMessageBytes }),
  });
  const context = contextIn(newStack(), { stores });
  return new Map(
    PROCESSES.map((definition) => [
      definition.process,
      Object.fromEntries(
        Object.entries(definition.settings(context).environment)
          .filter(([name]) => /_BYTES$/.test(name))
          .map(([name, value]) => [name, Number(value)]),
      ),
    ]),
  );
}

const only = (found: Record<string, number> = {}, pattern: RegExp) => [
  ...new Set(
    Object.entries(found)
      .filter(([name]) => pattern.test(name))
      .map(([, value]) => value),
  ),
];
const MESSAGE = /MESSAGE_MAX_BYTES$/;

const USUAL = limits(KAFKA_MESSAGE_BYTES);

test('replay-capture, the ingestion of recordings and the brokers have the same message limit', () => {
  expect(only(USUAL.get(PostHogProcess.REPLAY_CAPTURE), MESSAGE)).toEqual([KAFKA_MESSAGE_BYTES]);
  expect(only(USUAL.get(PostHogProcess.INGESTION_SESSION_REPLAY), MESSAGE)).toEqual([KAFKA_MESSAGE_BYTES]);
});

test('capture-ai, the ingestion of AI events and the brokers have the same message limit', () => {
  const capture = USUAL.get(PostHogProcess.CAPTURE_AI)!;
  expect(only(capture, MESSAGE)).toEqual([KAFKA_MESSAGE_BYTES]);
  expect(capture.AI_MAX_EVENT_BYTES).toBe(AI_EVENT_BYTES);
  expect(capture.CAPTURE_V1_MAX_COMPRESSED_BODY_BYTES).toBe(BATCH_BODY_BYTES);
  expect(only(USUAL.get(PostHogProcess.INGESTION_GENERAL), MESSAGE)).toEqual([KAFKA_MESSAGE_BYTES]);
  // JSON in JSON: each quote takes two bytes.
  expect(2 * AI_EVENT_BYTES + EVENT_ENVELOPE_BYTES).toBeLessThanOrEqual(KAFKA_MESSAGE_BYTES);
});

test('capture limits events to less than every later step', () => {
  const capture = USUAL.get(PostHogProcess.CAPTURE)!;
  expect(only(capture, MESSAGE)).toEqual([EVENT_MESSAGE_BYTES]);
  expect(capture.AI_MAX_EVENT_BYTES).toBe(aiEventBytes(EVENT_MESSAGE_BYTES));
  expect(EVENT_MESSAGE_BYTES).toBeLessThanOrEqual(KAFKA_MESSAGE_BYTES);
});

test('cymbal may write larger messages than the event that it processes', () => {
  expect([PostHogProcess.CYMBAL, PostHogProcess.CYMBAL_NOTIFICATIONS].map((process) => only(USUAL.get(process), MESSAGE))).toEqual([
    [KAFKA_MESSAGE_BYTES],
    [KAFKA_MESSAGE_BYTES],
  ]);
  expect(KAFKA_MESSAGE_BYTES).toBeGreaterThan(EVENT_MESSAGE_BYTES + EVENT_ENVELOPE_BYTES);
});

test('no process has another message limit than those of events and of brokers', () => {
  const others = [...USUAL].flatMap(([process, found]) =>
    Object.entries(found)
      .filter(([name, value]) => MESSAGE.test(name) && ![KAFKA_MESSAGE_BYTES, EVENT_MESSAGE_BYTES].includes(value))
      .map(([name, value]) => [process, name, value]),
  );
  expect(others).toEqual([]);
});

test('no process sends larger messages than brokers with a lower limit accept', () => {
  const found = [...limits(500_000)].flatMap(([process, settings]) =>
    Object.entries(settings)
      .filter(([name, value]) => MESSAGE.test(name) && value > 500_000)
      .map(([name]) => `${process} ${name}`),
  );
  expect(found).toEqual([]);
});
