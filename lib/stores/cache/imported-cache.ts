import { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { CACHE_PORT, CacheBase, CacheEncryption } from './cache-base';
import { endOfName, host, UnsupportedEndpoint } from '../endpoint-checks';
import { securityGroups } from '../../private/checks/cdk';
import { checkProps, Checks, required } from '../../private/checks/check';
import { oneOf, port, text } from '../../private/checks/values';

/**
 * An existing Valkey or Redis server.
 */
export interface CacheAttributes {
  /** The host name of the primary node of a replication group with cluster mode disabled and without a password. */
  readonly host: string;
  /**
   * The port.
   *
   * @default 6379
   */
  readonly port?: number;
  /**
   * The encryption of connections. With most products, a server that requires TLS cannot be used: feature-flags opens a plain connection at startup
   * (rust/feature-flags/src/server.rs, the cookieless client), and exits if it is refused.
   *
   * @default CacheEncryption.PREFERRED
   */
  readonly encryption?: CacheEncryption;
  /**
   * The security groups of the server. Rules for the processes that use it are added to them.
   *
   * @default - none; allow connections from PostHog's processes yourself
   */
  readonly securityGroups?: ISecurityGroup[];
  /**
   * The id of the replication group on ElastiCache, in the account and the region of the stack. With it, `metric*` work.
   *
   * @default - none; no metrics
   */
  readonly replicationGroupId?: string;
}

/** Servers in cluster mode respond with MOVED and CROSSSLOT, which PostHog's clients do not support (PostHog/posthog issue 4694). */
const UNSUPPORTED: readonly UnsupportedEndpoint[] = [
  {
    pattern: /\.serverless\.[^.]+\.cache\.amazonaws\.com/,
    reason: 'ElastiCache Serverless is always in cluster mode, which PostHog cannot use; use node-based Valkey with cluster mode disabled',
  },
  {
    pattern: /(^|\.)clustercfg\./,
    reason:
      'this is the configuration endpoint of a group in cluster mode, which PostHog cannot use; use node-based Valkey with cluster mode disabled',
  },
  // https://upstash.com/docs/redis/howto/connect-client (TLS cannot be disabled)
  { pattern: endOfName('upstash.io'), reason: 'Upstash requires TLS and a password, which PostHog cannot use; use node-based Valkey' },
  // https://redis.io/docs/latest/operate/rc/databases/connect/ (a password by default)
  {
    pattern: /\.(redis-cloud|redislabs)\.com$/i,
    reason: 'Redis Cloud requires a password, which PostHog cannot use; use node-based Valkey without a password',
  },
  { pattern: /^replica\.|-ro\.[^.]+\.ng\.0001\./, reason: 'this is a reader endpoint, and PostHog writes; use the primary endpoint' },
];

const CHECKS: Checks<CacheAttributes> = {
  host: required(host(UNSUPPORTED), 'the host name of the primary node'),
  port,
  encryption: oneOf(CacheEncryption),
  securityGroups,
  replicationGroupId: text(/^[a-z][a-z0-9-]{0,39}$/i, 'must be the id of a replication group: up to 40 letters, digits and hyphens'),
};

/** An imported cache. */
export class ImportedCache extends CacheBase {
  public readonly host: string;
  public readonly encryption: CacheEncryption;
  public readonly replicationGroupId?: string;

  public constructor(scope: Construct, id: string, attrs: CacheAttributes) {
    super(scope, id, attrs?.port ?? CACHE_PORT);
    checkProps(this, attrs, CHECKS);
    this.host = attrs.host;
    this.encryption = attrs.encryption ?? CacheEncryption.PREFERRED;
    this.replicationGroupId = attrs.replicationGroupId;
    this.connections.addSecurityGroup(...(attrs.securityGroups ?? []));
  }
}
