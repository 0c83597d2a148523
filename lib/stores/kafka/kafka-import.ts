import { Token } from 'aws-cdk-lib/core';
import { Connections, ISecurityGroup, Port } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { checkHost, checkUnsupportedEndpoint, checkPort, UnsupportedEndpoint } from '../endpoint-checks';
import { IKafka, KafkaEncryption } from './kafka-client';
import { checkEnum } from '../../private/enums';
import { invalidValue, withPath } from '../../private/errors';

/**
 * An existing Kafka cluster.
 */
export interface KafkaAttributes {
  /** The brokers, as comma-separated `host:port`. */
  readonly bootstrapServers: string;
  /**
   * The encryption of connections.
   *
   * @default KafkaEncryption.TLS
   */
  readonly encryption?: KafkaEncryption;
  /**
   * The largest message that the brokers accept (`message.max.bytes`), in bytes. Larger session recordings and AI events are
   * rejected, so raise both: 32 MiB allow recordings of about 30 MB, or half of that if they consist of quotes, and AI events of 8 MiB.
   *
   * @default 1000000
   */
  readonly maxMessageBytes?: number;
  /**
   * The name of the MSK cluster. With it, consumers scale on consumer lag.
   *
   * @default - none; consumers scale on CPU
   */
  readonly clusterName?: string;
  /**
   * The security groups of the brokers. Rules for the processes that use them are added to them.
   *
   * @default - none; allow connections from PostHog's processes yourself
   */
  readonly securityGroups?: ISecurityGroup[];
}

/** @see https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html */
const UNSUPPORTED: readonly UnsupportedEndpoint[] = [
  {
    pattern: /\.kafka-serverless\./,
    reason:
      "MSK Serverless requires IAM authentication, which PostHog's services do not support; use a provisioned cluster with unauthenticated access",
  },
  {
    pattern: /:(9098|9198)$/,
    reason:
      "this port requires IAM authentication, which PostHog's services do not support; use port 9094 (TLS) of a cluster with unauthenticated access",
  },
  {
    pattern: /:(9096|9196)$/,
    reason:
      "this port requires SASL/SCRAM, which PostHog's Rust services do not support; use port 9094 (TLS) of a cluster with unauthenticated access",
  },
];

/** The ports of MSK for each kind of encryption. */
export const MSK_PORTS: Readonly<Record<KafkaEncryption, number>> = { [KafkaEncryption.TLS]: 9094, [KafkaEncryption.PLAINTEXT]: 9092 };

/** The default of Kafka and its clients (librdkafka, `message.max.bytes`). */
const DEFAULT_MAX_MESSAGE_BYTES = 1_000_000;

/** An imported Kafka cluster. */
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
    const ports = withPath(this, () => checkBrokers(this.bootstrapServers, this.encryption));
    this.clientPorts = ports.length > 0 ? [...new Set(ports)] : [MSK_PORTS[this.encryption]];
    this.connections = new Connections({ securityGroups: attrs.securityGroups, defaultPort: Port.tcp(this.clientPorts[0]) });
  }
}

/** Checks the brokers and returns their ports; none if they are tokens. */
function checkBrokers(bootstrapServers: string, encryption: KafkaEncryption): number[] {
  checkEnum('encryption', encryption, KafkaEncryption);
  if (Token.isUnresolved(bootstrapServers)) {
    return [];
  }
  const other = encryption === KafkaEncryption.TLS ? KafkaEncryption.PLAINTEXT : KafkaEncryption.TLS;
  if (typeof bootstrapServers !== 'string') {
    throw invalidValue('bootstrapServers', 'must be comma-separated host:port', bootstrapServers);
  }
  return bootstrapServers.split(',').map((broker) => {
    const [, host, digits] = /^([^:\s]*):(\d+)$/.exec(broker) ?? [];
    if (digits === undefined) {
      throw invalidValue('bootstrapServers', 'must be comma-separated host:port, without white space', broker);
    }
    const port = Number(digits);
    checkHost('bootstrapServers', host, UNSUPPORTED);
    checkPort('bootstrapServers', port);
    checkUnsupportedEndpoint('bootstrapServers', broker, UNSUPPORTED);
    if (/\.kafka\.[^.]+\.amazonaws\.com(\.cn)?$/.test(host) && port === MSK_PORTS[other]) {
      throw invalidValue(
        'bootstrapServers',
        `must use port ${MSK_PORTS[encryption]} of MSK for \`encryption: ${encryption}\``,
        broker,
        `use that port, or set \`encryption: ${other}\``,
      );
    }
    return port;
  });
}
