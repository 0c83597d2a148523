import { Fn } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Kafka, KafkaAttributes, KafkaEncryption } from '../../../lib';
import { newStack } from '../../helpers/stack';

const MSK = 'b-1.posthog.abc123.c2.kafka.eu-central-1.amazonaws.com';

function given(bootstrapServers: string, attrs: Partial<KafkaAttributes> = {}, stack = newStack()) {
  return Kafka.fromKafkaAttributes(stack, 'Kafka', { bootstrapServers, ...attrs });
}

test('imported Kafka uses TLS by default', () => {
  expect(given('b-1.internal:9094,b-2.internal:9094')).toMatchObject({
    bootstrapServers: 'b-1.internal:9094,b-2.internal:9094',
    encryption: KafkaEncryption.TLS,
  });
});

test('imported Kafka takes plain `encryption`', () => {
  expect(given('b-1.internal:9092', { encryption: KafkaEncryption.PLAINTEXT }).encryption).toBe(KafkaEncryption.PLAINTEXT);
});

test('imported Kafka defines no resources', () => {
  const stack = newStack();
  given('b-1.internal:9094', {}, stack);
  expect(Template.fromStack(stack).toJSON()).not.toHaveProperty('Resources');
});

test.each([
  [`${MSK}:9094`, KafkaEncryption.TLS],
  [`${MSK}:9092`, KafkaEncryption.PLAINTEXT],
  ['redpanda.internal:9092', KafkaEncryption.TLS],
  ['redpanda.internal:9094', KafkaEncryption.PLAINTEXT],
  ['10.0.20.4:19092', KafkaEncryption.PLAINTEXT],
])('imported Kafka accepts brokers %s with encryption %s', (brokers, encryption) => {
  expect(given(brokers, { encryption }).bootstrapServers).toBe(brokers);
});

test('imported Kafka accepts a token as `bootstrapServers`', () => {
  expect(given(Fn.importValue('Brokers'))).toBeDefined();
});

const SERVERLESS = 'boot-abc123.c2.kafka-serverless.eu-central-1.amazonaws.com';

test.each([
  [
    `${SERVERLESS}:9098`,
    SERVERLESS,
    "MSK Serverless requires IAM authentication, which PostHog's services do not support; use a provisioned cluster with unauthenticated access",
  ],
  [
    `${MSK}:9098`,
    `${MSK}:9098`,
    "this port requires IAM authentication, which PostHog's services do not support; use port 9094 (TLS) of a cluster with unauthenticated access",
  ],
  [
    `${MSK}:9198`,
    `${MSK}:9198`,
    "this port requires IAM authentication, which PostHog's services do not support; use port 9094 (TLS) of a cluster with unauthenticated access",
  ],
  [
    `${MSK}:9096`,
    `${MSK}:9096`,
    "this port requires SASL/SCRAM, which PostHog's Rust services do not support; use port 9094 (TLS) of a cluster with unauthenticated access",
  ],
  [
    `${MSK}:9196`,
    `${MSK}:9196`,
    "this port requires SASL/SCRAM, which PostHog's Rust services do not support; use port 9094 (TLS) of a cluster with unauthenticated access",
  ],
])('imported Kafka rejects broker %s, which cannot work', (brokers, got, reason) => {
  expect(() => given(brokers)).toThrow(`[Stack/Kafka] \`bootstrapServers\` must name a server that PostHog can use, got: '${got}'; ${reason}`);
});

test('imported Kafka rejects an unsupported broker that is not the first', () => {
  expect(() => given(`${MSK}:9094,b-2.internal:9098`)).toThrow('this port requires IAM authentication');
});

test.each([
  [KafkaEncryption.TLS, 9092, 9094, KafkaEncryption.PLAINTEXT],
  [KafkaEncryption.PLAINTEXT, 9094, 9092, KafkaEncryption.TLS],
])('imported Kafka rejects encryption %s with port %i of MSK', (encryption, port, right, other) => {
  for (const suffix of ['', '.cn']) {
    expect(() => given(`${MSK}${suffix}:${port}`, { encryption })).toThrow(
      `[Stack/Kafka] \`bootstrapServers\` must use port ${right} of MSK for \`encryption: ${encryption}\`, got: '${MSK}${suffix}:${port}'; use that port, or set \`encryption: ${other}\``,
    );
  }
});

test.each(['', 'broker', 'broker:', 'b-1.internal:9094,', 'b-1.internal:9094,broker'])(
  'imported Kafka rejects brokers %p, of which one has no port',
  (brokers) => {
    expect(() => given(brokers)).toThrow(/^\[Stack\/Kafka\] `bootstrapServers` must be comma-separated host:port, without white space, got: '/);
  },
);

test.each(['b-1.internal:0', 'b-1.internal:65536'])('imported Kafka rejects a port out of range: %s', (brokers) => {
  expect(() => given(brokers)).toThrow('[Stack/Kafka] `bootstrapServers` must be a port from 1 to 65535');
});

test.each(['b-1.internal:kafka', 'b-1.internal: 9094', 'b-1.internal:0x2386', 'b-1.internal:9.094e3'])(
  'imported Kafka rejects a port that is not decimal digits: %s',
  (brokers) => {
    expect(() => given(brokers)).toThrow('[Stack/Kafka] `bootstrapServers` must be');
  },
);

test.each(['PLAINTEXT://b-1.internal:9092', 'b-1.internal:9094, b-2.internal:9094', 'b-1.internal:9094:9095'])(
  'imported Kafka rejects brokers %p, with scheme, space or two ports',
  (brokers) => {
    expect(() => given(brokers)).toThrow('[Stack/Kafka] `bootstrapServers` must be');
  },
);

test('imported Kafka has metrics with `clusterName`, and none without', () => {
  const kafka = given('b-1.internal:9094', { clusterName: 'events' });
  expect(kafka.metricConsumerLag('ingestion', 'topic')).toMatchObject({
    namespace: 'AWS/Kafka',
    metricName: 'SumOffsetLag',
    dimensions: { 'Cluster Name': 'events', 'Consumer Group': 'ingestion', 'Topic': 'topic' },
  });
  const message =
    '[Stack/Kafka] `clusterName` is required for metrics, because CloudWatch has them by that name; pass it to Kafka.fromKafkaAttributes()';
  expect(() => given('b-1.internal:9094').metric('GlobalTopicCount')).toThrow(message);
  expect(() => given('b-1.internal:9094').metricConsumerLag('ingestion', 'topic')).toThrow(message);
});

test('imported Kafka lets the migration create topics with `manageTopics` only', () => {
  expect([given('b-1.internal:9094'), given('b-1.internal:9094', { manageTopics: true })].map(({ managesTopics }) => managesTopics)).toEqual([
    false,
    true,
  ]);
});

test.each([
  ['pkc-abc123.us-east-1.aws.confluent.cloud:9092', 'Confluent Cloud requires SASL'],
  ['seed-0a1b2c3d.abc123.byoc.prd.cloud.redpanda.com:9092', 'Redpanda Cloud requires SASL or client certificates'],
  ['analytics.servicebus.windows.net:9093', 'Azure Event Hubs requires SASL'],
  ['kafka-1a2b3c-project.a.aivencloud.com:12345', 'Aiven requires client certificates or SASL'],
  ['happy-owl-12345-eu1-kafka.upstash.io:9092', 'Upstash requires SASL'],
])('imported Kafka rejects %s, whose clients have to authenticate', (broker, reason) => {
  expect(() => given(broker)).toThrow(`[Stack/Kafka] \`bootstrapServers\` must name a server that PostHog can use, got: `);
  expect(() => given(broker)).toThrow(reason);
});

test('imported Kafka accepts names that only resemble those of other services', () => {
  expect(() => given('confluent.cloud.example.com:9094')).not.toThrow();
  expect(() => given('myconfluent.cloud:9094')).not.toThrow();
});
