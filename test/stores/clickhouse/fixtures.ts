import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { ClickHouse, ClickHouseProps, Kafka } from '../../../lib';

/** A ClickHouse with only what it cannot do without, and whatever a test adds. */
export function newClickHouse(scope: Construct, overrides: Partial<ClickHouseProps> = {}, id = 'ClickHouse'): ClickHouse {
  const given = new Construct(scope, `${id}Given`);
  return new ClickHouse(scope, id, {
    vpc: overrides.vpc ?? new Vpc(given, 'Vpc', { maxAzs: 3 }),
    kafka: Kafka.fromKafkaAttributes(given, 'Kafka', { bootstrapServers: 'b-1.internal:9094,b-2.internal:9094' }),
    ...overrides,
  });
}

/** The files of every instance, by name of its host, as they are written on it, with marks where only the deployment knows. */
export function instanceFiles(stack: Stack): Map<string, (file: string) => string> {
  const { directory } = (stack.node.root as App).synth();
  const assets = readdirSync(directory)
    .map((name) => path.join(directory, name))
    .filter((folder) => existsSync(path.join(folder, 'container')));
  return new Map(
    assets.map((folder) => {
      const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');
      return [/^HOST_NAME=(.*)$/m.exec(read('settings'))![1], read];
    }),
  );
}
