import { Stack } from 'aws-cdk-lib/core';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Construct, IConstruct } from 'constructs';
import { AuroraPostgres, Cache, ClickHouse, Kafka, ObjectStorage, Postgres, RedpandaKafka } from '../../lib';
import { zonedStack } from '../helpers/zones';
import { newClickHouse } from './clickhouse/fixtures';

/** Every data store that the library can create, and the instance that two of them consist of. */
const CREATED: Readonly<Record<string, (stack: Stack) => IConstruct>> = {
  Postgres: (stack) => new Postgres(stack, 'Store', { vpc: new Vpc(stack, 'Vpc') }),
  AuroraPostgres: (stack) => new AuroraPostgres(stack, 'Store', { vpc: new Vpc(stack, 'Vpc') }),
  Cache: (stack) => new Cache(stack, 'Store', { vpc: new Vpc(stack, 'Vpc') }),
  Kafka: (stack) => new Kafka(stack, 'Store', { vpc: new Vpc(stack, 'Vpc') }),
  RedpandaKafka: (stack) => new RedpandaKafka(stack, 'Store', { vpc: new Vpc(stack, 'Vpc') }),
  ClickHouse: (stack) => newClickHouse(stack, { replicas: 2 }, 'Store'),
  ObjectStorage: (stack) => new ObjectStorage(stack, 'Store'),
  StatefulInstance: (stack) => newClickHouse(stack, {}, 'Store').servers[0],
};

/** Children that are no resources of their own, or only serve a deployment. */
const INTERNAL = [
  'StorageRole', // an imported role of AWS
  'Brokers', // the custom resource that fetches the names of the brokers
  'BrokersLogs', // the log of its function
  'Boot', // the asset with the files of an instance
];

/** The values of all public properties, getters included. */
function valuesOf(store: IConstruct): unknown[] {
  const names = new Set<string>(Object.getOwnPropertyNames(store));
  for (let type: object = Object.getPrototypeOf(store) as object; type !== Construct.prototype; type = Object.getPrototypeOf(type) as object) {
    const descriptors = Object.getOwnPropertyDescriptors(type);
    Object.keys(descriptors)
      .filter((name) => descriptors[name].get !== undefined)
      .forEach((name) => names.add(name));
  }
  const values = [...names].flatMap((name) => (store as unknown as Record<string, unknown>)[name]);
  // The parameters of ClickHouse's functions are together in a struct.
  const { appFiles } = store as Partial<ClickHouse>;
  return [...values, appFiles?.imageParameter, ...(appFiles?.reportParameters ?? [])];
}

test.each(Object.entries(CREATED))('%s has a public property for every resource that it defines', (_, create) => {
  const store = create(zonedStack());
  const values = valuesOf(store);
  const hidden = store.node.children.filter((child) => !values.includes(child) && !INTERNAL.includes(child.node.id));
  expect(hidden.map(({ node }) => node.id)).toEqual([]);
});

test.each(Object.entries(CREATED))('reading the properties of %s defines no resources', (_, create) => {
  const stack = zonedStack();
  const store = create(stack);
  const before = stack.node.findAll().length;
  valuesOf(store);
  expect(stack.node.findAll()).toHaveLength(before);
});
