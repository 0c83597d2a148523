import { Token } from 'aws-cdk-lib/core';
import { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { checkHost, checkUnsupportedEndpoint, endOfName, UnsupportedEndpoint } from '../endpoint-checks';
import { KafkaBase, KafkaEncryption, MSK_PORTS } from './kafka-base';
import { securityGroups } from '../../private/checks/cdk';
import { checkProps, Checks, required } from '../../private/checks/check';
import { anyText, boolean, oneOf, port as checkPort, text, wholeNumber } from '../../private/checks/values';
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
   * The name of the MSK cluster. With it, consumers scale on consumer lag, and `metric*` work.
   *
   * @default - none; consumers scale on CPU, and there are no metrics
   */
  readonly clusterName?: string;
  /**
   * Indicates whether PostHog's migration creates missing topics in this cluster.
   *
   * @default false
   */
  readonly manageTopics?: boolean;
  /**
   * The security groups of the brokers. Rules for the processes that use them are added to them.
   *
   * @default - none; allow connections from PostHog's processes yourself
   */
  readonly securityGroups?: ISecurityGroup[];
}

/**
 * Kafka services whose clients have to authenticate, by the end of their brokers' names.
 *
 * @see https://docs.confluent.io/cloud/current/client-apps/config-client.html (all clients must support SASL)
 * @see https://docs.redpanda.com/redpanda-cloud/security/cloud-authentication/
 * @see https://learn.microsoft.com/azure/event-hubs/azure-event-hubs-apache-kafka-overview (SASL_SSL, with PLAIN or OAUTHBEARER)
 * @see https://aiven.io/docs/products/kafka/howto/kafka-sasl-auth (client certificates or SASL)
 */
const AUTHENTICATED: Readonly<Record<string, string>> = {
  'confluent.cloud': 'Confluent Cloud requires SASL',
  'cloud.redpanda.com': 'Redpanda Cloud requires SASL or client certificates',
  'servicebus.windows.net': 'Azure Event Hubs requires SASL',
  'servicebus.chinacloudapi.cn': 'Azure Event Hubs requires SASL',
  'servicebus.usgovcloudapi.net': 'Azure Event Hubs requires SASL',
  'aivencloud.com': 'Aiven requires client certificates or SASL',
  'upstash.io': 'Upstash requires SASL, and has ended its service for Kafka',
};

/** @see https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html */
const UNSUPPORTED: readonly UnsupportedEndpoint[] = [
  ...Object.entries(AUTHENTICATED).map(([domain, fact]) => ({
    pattern: endOfName(domain),
    reason: `${fact}, which PostHog's services do not support; use a cluster with unauthenticated access, such as \`Kafka\` or \`RedpandaKafka\``,
  })),
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

/** The default of Kafka and its clients (librdkafka, `message.max.bytes`). */
const DEFAULT_MAX_MESSAGE_BYTES = 1_000_000;

const CHECKS: Checks<KafkaAttributes> = {
  bootstrapServers: required(anyText, 'the brokers, as comma-separated host:port'),
  encryption: oneOf(KafkaEncryption),
  // message.max.bytes is an int of Java (https://kafka.apache.org/documentation/#brokerconfigs_message.max.bytes). Less than a kilobyte holds no
  // event.
  maxMessageBytes: wholeNumber(1024, 2_147_483_647),
  clusterName: text(),
  manageTopics: boolean,
  securityGroups,
};

/** An imported Kafka cluster. */
export class ImportedKafka extends KafkaBase {
  public readonly bootstrapServers: string;
  public readonly encryption: KafkaEncryption;
  public readonly maxMessageBytes: number;
  public readonly managesTopics: boolean;
  public readonly clusterName?: string;

  public constructor(scope: Construct, id: string, attrs: KafkaAttributes) {
    const encryption = attrs?.encryption ?? KafkaEncryption.TLS;
    super(scope, id, portsOf(attrs?.bootstrapServers, encryption));
    checkProps(this, attrs, CHECKS);
    withPath(this, () => checkBrokers(attrs.bootstrapServers, encryption));
    this.bootstrapServers = attrs.bootstrapServers;
    this.encryption = encryption;
    this.maxMessageBytes = attrs.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES;
    this.managesTopics = attrs.manageTopics ?? false;
    this.clusterName = attrs.clusterName;
    this.connections.addSecurityGroup(...(attrs.securityGroups ?? []));
  }
}

/** Returns the ports of the brokers; those of MSK if they are not known at synthesis. */
function portsOf(bootstrapServers: string, encryption: KafkaEncryption): number[] {
  const known = typeof bootstrapServers === 'string' && !Token.isUnresolved(bootstrapServers);
  const ports = known ? [...bootstrapServers.matchAll(/:(\d+)(?:,|$)/g)].map(([, digits]) => Number(digits)) : [];
  return ports.length > 0 ? [...new Set(ports)] : [MSK_PORTS[encryption] ?? MSK_PORTS[KafkaEncryption.TLS]];
}

/** Checks the brokers, unless they are tokens. */
function checkBrokers(bootstrapServers: string, encryption: KafkaEncryption): void {
  if (Token.isUnresolved(bootstrapServers)) {
    return;
  }
  const other = encryption === KafkaEncryption.TLS ? KafkaEncryption.PLAINTEXT : KafkaEncryption.TLS;
  for (const broker of bootstrapServers.split(',')) {
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
  }
}
