import { CfnParameter, Stack } from 'aws-cdk-lib/core';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { InstanceClass, InstanceSize, InstanceType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { IKafka, Kafka, KafkaBrokerType, KafkaProps, Product, TrustedProxies } from '../../../lib';
import { DEFAULT_PRODUCTS } from '../../../lib/catalog/processes/deployed-processes';
import { checkPartitions } from '../../../lib/migration/topics/broker-partitions';
import { topicsOf } from '../../../lib/migration/topics/product-topics';
import { KafkaBrokers, partitionsOfBroker } from '../../../lib/stores/kafka/broker-limits';
import { newPostHog, newStack } from '../../helpers/stack';

const T3_SMALL: KafkaBrokers = { instanceType: 'kafka.t3.small', count: 2, replicas: 2 };
const M7G_LARGE: KafkaBrokers = { instanceType: 'kafka.m7g.large', count: 3, replicas: 3 };

/** Checks the topics of some products, and returns the warnings. */
function check(brokers: KafkaBrokers | undefined, topicPartitions: number, products: readonly Product[] = DEFAULT_PRODUCTS): string[] {
  const stack = newStack();
  checkPartitions(stack, { _brokers: brokers } as IKafka, topicsOf(products, topicPartitions));
  return warningsOf(stack);
}

function warningsOf(stack: Stack): string[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp('cdk-posthog:(PostHog.partitions|Kafka)'))
    .map(({ entry }) => entry.data as string);
}

test('each broker has the copies of its share of the partitions, and of those of the offsets', () => {
  expect(partitionsOfBroker({ count: 2, replicas: 2 }, 100)).toBe(150);
  expect(partitionsOfBroker({ count: 6, replicas: 3 }, 101)).toBe(76);
});

describe('two brokers of type t3.small', () => {
  test('have room for the default of `topicPartitions`, also with every product', () => {
    expect(check(T3_SMALL, 6)).toEqual([]);
    expect(check(T3_SMALL, 6, Object.values(Product))).toEqual([]);
  });

  test('are refused with more partitions than their limit, with the largest number that fits and the next type', () => {
    expect(() => check(T3_SMALL, 12)).toThrow(
      /^`topicPartitions` must fit the brokers of `kafka`, whose limit is 300 partitions each, and it results in 3\d\d partitions on each of 2 brokers of type kafka\.t3\.small: \d+ topics and Kafka's own, with 2 copies of each partition; set `topicPartitions` to (\d+) or less, if the topics do not have more yet, choose a larger `brokerInstanceType`, such as m7g\.large, or have 2 brokers in each subnet \(`brokersPerSubnet`\)$/,
    );
  });

  test('have room for the number that the error names, and for no more', () => {
    const [, most] = /to (\d+) or less/.exec(messageOf(() => check(T3_SMALL, 12)))!;
    expect(check(T3_SMALL, Number(most))).toEqual([]);
    expect(() => check(T3_SMALL, Number(most) + 1)).toThrow('whose limit is 300');
  });

  test('have room for as many as that if there are as many brokers as the error names', () => {
    expect(check({ ...T3_SMALL, count: 4 }, 12)).toEqual([]);
  });
});

test('above the number that AWS recommends, and below the limit, there is a warning', () => {
  expect(check(M7G_LARGE, 50)).toEqual([]);
  const [warning, ...others] = check(M7G_LARGE, 70);
  expect(others).toEqual([]);
  expect(warning).toContain('on each of 3 brokers of type kafka.m7g.large');
  expect(warning).toContain('AWS recommends 1000 at most');
  expect(warning).toContain('such as m7g.2xlarge');
  expect(() => check(M7G_LARGE, 100)).toThrow('whose limit is 1500 partitions each');
});

test('brokers without known limits and numbers without a value are not checked', () => {
  expect(check(undefined, 100)).toEqual([]);
  expect(check({ ...T3_SMALL, instanceType: 'express.m7g.large' }, 100)).toEqual([]);
  expect(check({ ...T3_SMALL, instanceType: 'kafka.of-the-future' }, 100)).toEqual([]);
  const stack = newStack();
  const partitions = new CfnParameter(stack, 'Partitions', { type: 'Number' }).valueAsNumber;
  expect(() => checkPartitions(stack, { _brokers: T3_SMALL } as IKafka, [{ name: 'one', partitions }])).not.toThrow();
});

describe('a PostHog with a new Kafka', () => {
  const define = (props: Partial<KafkaProps>, topicPartitions?: number) => {
    const stack = newStack();
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const kafka = new Kafka(stack, 'Kafka', { vpc, ...props });
    newPostHog(stack, { vpc, kafka, topicPartitions, trustedProxies: TrustedProxies.fromAddresses(['10.0.0.4']) });
    return { stack, kafka };
  };
  const brokerInstanceType = InstanceType.of(InstanceClass.T3, InstanceSize.SMALL);

  test('accepts brokers of type t3.small, with a warning that they are not confirmed', () => {
    const { stack, kafka } = define({ brokerInstanceType });
    expect(kafka._brokers).toEqual(T3_SMALL);
    expect(warningsOf(stack)).toEqual([
      expect.stringContaining('brokers of type kafka.t3.small are for tests: they are not confirmed to work with KRaft'),
    ]);
  });

  test('refuses more partitions than they have room for, and names itself', () => {
    expect(() => define({ brokerInstanceType }, 40)).toThrow('[Stack/PostHog] `topicPartitions` must fit the brokers of `kafka`');
    expect(warningsOf(define({}, 40).stack)).toEqual([]);
  });

  test('knows the copies of Express brokers', () => {
    const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
    const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['a', 'b', 'c'].map((zone) => `eu-central-1${zone}`), natGateways: 1 });
    const { _brokers } = new Kafka(stack, 'Kafka', { vpc, brokerType: KafkaBrokerType.EXPRESS, brokersPerSubnet: 2 });
    expect(_brokers).toEqual({ instanceType: 'express.m7g.large', count: 6, replicas: 3 });
  });
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected an error');
}
