import { Stack } from 'aws-cdk-lib/core';
import { Secret } from 'aws-cdk-lib/aws-ecs';
import { ProcessContext, StoreContexts } from '../../catalog/process-context';
import { CacheEncryption } from '../../stores/cache/cache-base';
import { KafkaEncryption } from '../../stores/kafka/kafka-base';
import { Stores } from '../../stores/posthog-stores';

/** The part of the settings context that follows from the data stores. */
export type SettingsOfStores = StoreContexts & Pick<ProcessContext, 'secretValue' | 'urlSuffix'>;

/** Returns the part of the settings context that follows from the data stores. */
export function settingsContext({ postgres, cache, kafka, clickHouse, objectStorage }: Stores): SettingsOfStores {
  return {
    postgres,
    cache: { host: cache.host, port: cache.port, tls: cache.encryption !== CacheEncryption.NONE },
    kafka: { bootstrapServers: kafka.bootstrapServers, tls: kafka.encryption === KafkaEncryption.TLS, maxMessageBytes: kafka.maxMessageBytes },
    clickHouse,
    objectStorage,
    secretValue: (secret, key) => Secret.fromSecretsManager(secret, key),
    urlSuffix: Stack.of(objectStorage.bucket).urlSuffix,
  };
}
