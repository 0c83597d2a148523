import { IConnectable } from 'aws-cdk-lib/aws-ec2';
import { IConstruct } from 'constructs';

/**
 * Whether connections to Kafka are encrypted. PostHog's Rust services know no SASL, so neither passwords nor IAM can be used.
 */
export enum KafkaEncryption {
  /** TLS without client authentication; on MSK, port 9094. */
  TLS = 'tls',
  /** Plain connections; on MSK, port 9092. */
  PLAINTEXT = 'plaintext',
}

/**
 * A Kafka cluster that PostHog's events pass through.
 */
export interface IKafka extends IConstruct, IConnectable {
  /** The brokers, as comma-separated `host:port`. */
  readonly bootstrapServers: string;
  /** Whether connections are encrypted. */
  readonly encryption: KafkaEncryption;
  /** The ports that processes connect to. */
  readonly clientPorts: number[];
  /** The largest message that the brokers take, in bytes. */
  readonly maxMessageBytes: number;
  /** The name of the cluster on MSK, as its metrics know it; left out elsewhere. */
  readonly clusterName?: string;
}
