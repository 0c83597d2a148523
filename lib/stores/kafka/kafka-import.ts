import { Token } from 'aws-cdk-lib/core';
import { Connections, ISecurityGroup, Port } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { checkHost, checkUnsupportedEndpoint, checkPort, UnsupportedEndpoint } from '../endpoint-checks';
import { IKafka, KafkaEncryption } from './kafka-client';
import { checkEnum } from '../../private/enums';
import { at, rejected } from '../../private/errors';

/**
 * A Kafka cluster that you run.
 */
export interface KafkaAttributes {
  /** The brokers, as comma-separated `host:port`. */
  readonly bootstrapServers: string;
  /**
   * Whether connections are encrypted.
   *
   * @default KafkaEncryption.TLS
   */
  readonly encryption?: KafkaEncryption;
  /**
   * The largest message that the brokers take (`message.max.bytes`), in bytes. Session recordings and AI events that are larger are
   * refused, so raise both: 32 MiB holds recordings of about 30 MB, or half of that if they are all quotes, and AI events of 8 MiB.
   *
   * @default 1000000
   */
  readonly maxMessageBytes?: number;
  /**
   * The name of the cluster on MSK. With it, processes scale by how much they have yet to read.
   *
   * @default - none; they scale by their CPU
   */
  readonly clusterName?: string;
  /**
   * The brokers' security groups. They are made to admit the processes that use them.
   *
   * @default - none; admit PostHog's processes yourself
   */
  readonly securityGroups?: ISecurityGroup[];
}

/** @see https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html */
const UNSUPPORTED: readonly UnsupportedEndpoint[] = [
  { pattern: /\.kafka-serverless\./, reason: 'MSK Serverless admits clients by IAM only, which PostHog\'s services do not speak; use a provisioned cluster with unauthenticated access' },
  { pattern: /:(9098|9198)$/, reason: 'this port admits clients by IAM, which PostHog\'s services do not speak; use port 9094 (TLS) of a cluster with unauthenticated access' },
  { pattern: /:(9096|9196)$/, reason: 'this port admits clients by SASL/SCRAM, which PostHog\'s Rust services do not speak; use port 9094 (TLS) of a cluster with unauthenticated access' },
];

/** The ports that MSK gives to each kind of connection. */
export const MSK_PORTS: Readonly<Record<KafkaEncryption, number>> = { [KafkaEncryption.TLS]: 9094, [KafkaEncryption.PLAINTEXT]: 9092 };

/** What Kafka and its clients take where nobody has said otherwise (librdkafka, `message.max.bytes`). */
const DEFAULT_MAX_MESSAGE_BYTES = 1_000_000;

/** A Kafka cluster that stands already. */
export class ImportedKafka extends Construct implements IKafka {
  public readonly bootstrapServers: string;
  public readonly encryption: KafkaEncryption;
  public readonly clientPorts: number[];
  public readonly maxMessageBytes: number;
  public readonly clusterName?: string;
  public readonly connections: Connections;

  public constructor(scope: Construct, id: string, attrs: KafkaAttributes) {
    super(scope, id);
    this.bootstrapServers = attrs.bootstrapServers;
    this.encryption = attrs.encryption ?? KafkaEncryption.TLS;
    this.maxMessageBytes = attrs.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES;
    this.clusterName = attrs.clusterName;
    const ports = at(this, () => checkBrokers(this.bootstrapServers, this.encryption));
    this.clientPorts = ports.length > 0 ? [...new Set(ports)] : [MSK_PORTS[this.encryption]];
    this.connections = new Connections({ securityGroups: attrs.securityGroups, defaultPort: Port.tcp(this.clientPorts[0]) });
  }
}

/** Checks the brokers and returns their ports; none where they are not known yet. */
function checkBrokers(bootstrapServers: string, encryption: KafkaEncryption): number[] {
  checkEnum('encryption', encryption, KafkaEncryption);
  if (Token.isUnresolved(bootstrapServers)) {
    return [];
  }
  const contrary = encryption === KafkaEncryption.TLS ? KafkaEncryption.PLAINTEXT : KafkaEncryption.TLS;
  if (typeof bootstrapServers !== 'string') {
    throw rejected('bootstrapServers', 'must be comma-separated host:port', bootstrapServers);
  }
  return bootstrapServers.split(',').map((broker) => {
    const [, host, digits] = /^([^:\s]*):(\d+)$/.exec(broker) ?? [];
    if (digits === undefined) {
      throw rejected('bootstrapServers', 'must be comma-separated host:port, without white space', broker);
    }
    const port = Number(digits);
    checkHost('bootstrapServers', host, UNSUPPORTED);
    checkPort('bootstrapServers', port);
    checkUnsupportedEndpoint('bootstrapServers', broker, UNSUPPORTED);
    if (/\.kafka\.[^.]+\.amazonaws\.com(\.cn)?$/.test(host) && port === MSK_PORTS[contrary]) {
      throw rejected('bootstrapServers', `must use port ${MSK_PORTS[encryption]} of MSK for \`encryption: ${encryption}\``, broker,
        `use that port, or set \`encryption: ${contrary}\``);
    }
    return port;
  });
}
