import { Connections, IConnectable, ISecurityGroup, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct, IConstruct } from 'constructs';
import { CACHE_DEFAULTS, CacheProps, checkCacheProps } from './cache-props';
import { checkHost, checkPort, UnsupportedEndpoint } from '../endpoint-checks';
import { retainDependencies } from '../removal';
import { defineReplicationGroup } from './replication-group';
import { checkEnum } from '../../private/enums';
import { withPath } from '../../private/errors';

const DEFAULT_PORT = 6379;

/**
 * The encryption of connections to a cache.
 */
export enum CacheEncryption {
  /**
   * TLS for every client that supports it, plain connections for the rest. ElastiCache calls this transit encryption mode "preferred".
   */
  PREFERRED = 'preferred',
  /** Plain connections only. */
  NONE = 'none',
}

/**
 * A Valkey or Redis server that PostHog's processes share.
 */
export interface ICache extends IConstruct, IConnectable {
  /** The host name of the primary node. */
  readonly host: string;
  /** The port. */
  readonly port: number;
  /** The encryption of connections. */
  readonly encryption: CacheEncryption;
  /** The ports that processes connect to. */
  readonly clientPorts: number[];
}

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
   * The encryption of connections. A server that requires TLS cannot be used: feature-flags opens a plain connection at startup
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
  { pattern: /^replica\.|-ro\.[^.]+\.ng\.0001\./, reason: 'this is a reader endpoint, and PostHog writes; use the primary endpoint' },
];

/**
 * Valkey on ElastiCache: an encrypted replication group with cluster mode disabled.
 *
 * It defines the group, its parameters and a security group, to which rules are added for the processes that use it. There is no password:
 * feature-flags opens a plain connection, and a password needs TLS. Access is controlled by the security group.
 */
export class Cache extends Construct implements ICache {
  /**
   * Imports an existing Valkey or Redis server: version 7.2 or later, node-based, cluster mode disabled, no password.
   *
   * Throws if the host is known not to work with PostHog.
   *
   * @param scope the scope
   * @param id the construct id
   * @param attrs the attributes of the server
   */
  public static fromCacheAttributes(scope: Construct, id: string, attrs: CacheAttributes): ICache {
    return new ImportedCache(scope, id, attrs);
  }

  /** The id of the replication group, as in its metrics. */
  public readonly replicationGroupId: string;
  public readonly host: string;
  public readonly port = DEFAULT_PORT;
  public readonly encryption = CacheEncryption.PREFERRED;
  public readonly clientPorts = [DEFAULT_PORT];
  public readonly connections: Connections;

  public constructor(scope: Construct, id: string, props: CacheProps) {
    super(scope, id);
    withPath(this, () => checkCacheProps(props));
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', { vpc: props.vpc, description: 'PostHog cache: nodes', allowAllOutbound: false });
    this.connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(this.port) });
    const group = withPath(this, () => defineReplicationGroup(this, props, this.port, securityGroup));
    this.replicationGroupId = group.ref;
    this.host = group.attrPrimaryEndPointAddress;
    retainDependencies(this, props.removalPolicy ?? CACHE_DEFAULTS.removalPolicy);
  }
}

class ImportedCache extends Construct implements ICache {
  public readonly host: string;
  public readonly port: number;
  public readonly encryption: CacheEncryption;
  public readonly clientPorts: number[];
  public readonly connections: Connections;

  public constructor(scope: Construct, id: string, attrs: CacheAttributes) {
    super(scope, id);
    this.host = attrs.host;
    this.port = attrs.port ?? DEFAULT_PORT;
    this.encryption = attrs.encryption ?? CacheEncryption.PREFERRED;
    withPath(this, () => {
      checkHost('host', this.host, UNSUPPORTED);
      checkPort('port', this.port);
      checkEnum('encryption', this.encryption, CacheEncryption);
    });
    this.clientPorts = [this.port];
    this.connections = new Connections({ securityGroups: attrs.securityGroups, defaultPort: Port.tcp(this.port) });
  }
}
