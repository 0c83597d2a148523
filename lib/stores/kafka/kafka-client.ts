import { IConnectable } from 'aws-cdk-lib/aws-ec2';
import { IConstruct } from 'constructs';

/**
 * The encryption of connections to Kafka. PostHog's Rust services do not support SASL, so neither passwords nor IAM can be used.
 */
export enum KafkaEncryption {
  /** TLS without client authentication; on MSK, port 9094. */
  TLS = 'tls',
  /** Plain connections; on MSK, port 9092. */
  PLAINTEXT = 'plaintext',
}

/**
 * A Kafka cluster for PostHog's events.
 */
export interface IKafka extends IConstruct, IConnectable {
  /** The brokers, as comma-separated `host:port`. */
  readonly bootstrapServers: string;
  /** The encryption of connections. */
  readonly encryption: KafkaEncryption;
  /** The ports that processes connect to. */
  readonly clientPorts: number[];
  /** The largest message that the brokers accept, in bytes. */
  readonly maxMessageBytes: number;
  /** The name of the MSK cluster, as in its metrics; undefined for other clusters. */
  readonly clusterName?: string;
}
