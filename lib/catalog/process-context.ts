import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Secret } from 'aws-cdk-lib/aws-ecs';
import { Generation } from './generations/generations';
import { PostHogProcess } from './posthog-process';
import { ProcessSettings } from '../private/process-settings';

/** The name of a data store. */
export type StoreName = 'postgres' | 'cache' | 'kafka' | 'clickHouse' | 'objectStorage';

/** PostgreSQL, as settings describe it. */
export interface PostgresContext {
  readonly port: number;
  /** Indicates whether connections use TLS. */
  readonly tls: boolean;
  /** The connection URL for Django and Rust. */
  readonly urlSecret: ISecret;
  readonly personsUrlSecret: ISecret;
  /** The connection URL for Node. */
  readonly nodeUrlSecret: ISecret;
  readonly nodePersonsUrlSecret: ISecret;
  readonly host?: string;
  /** The keys `username` and `password`. */
  readonly credentials?: ISecret;
  readonly cyclotronUrlSecret?: ISecret;
  readonly nodeCyclotronUrlSecret?: ISecret;
  /** The connection URLs for migrations; undefined if they have the login of processes. */
  readonly ownerUrlSecret?: ISecret;
  readonly personsOwnerUrlSecret?: ISecret;
  /** The connection URLs for feature-flags; undefined if it has the login of the other processes. */
  readonly readerUrlSecret?: ISecret;
  readonly personsReaderUrlSecret?: ISecret;
  /** The login of Temporal; undefined if it is in `credentials`. */
  readonly loginCredentials?: { readonly temporal: ISecret };
}

/** The cache, as settings describe it. */
export interface CacheContext {
  readonly host: string;
  readonly port: number;
  /** Indicates whether it accepts TLS in addition to plain connections. */
  readonly tls: boolean;
}

/** Kafka, as settings describe it. */
export interface KafkaContext {
  /** The brokers, as comma-separated `host:port`. */
  readonly bootstrapServers: string;
  /** Indicates whether connections use TLS. */
  readonly tls: boolean;
  /** The largest message that the brokers accept, in bytes. */
  readonly maxMessageBytes: number;
}

/** ClickHouse, as settings describe it. */
export interface ClickHouseContext {
  readonly host: string;
  readonly nativePort: number;
  readonly database: string;
  readonly tls: boolean;
  readonly verifyCertificate: boolean;
  /** The keys `username` and `password`. */
  readonly credentials: ISecret;
  readonly dictReaderCredentials?: ISecret;
}

/** Object storage, as settings describe it. */
export interface ObjectStorageContext {
  readonly bucket: { readonly bucketName: string };
  readonly region: string;
  readonly endpoint: string;
  readonly recordingsPrefix: string;
}

/** The data stores, as settings describe them. */
export interface StoreContexts {
  readonly postgres: PostgresContext;
  readonly cache: CacheContext;
  readonly kafka: KafkaContext;
  readonly clickHouse: ClickHouseContext;
  readonly objectStorage: ObjectStorageContext;
}

/** PostHog's own secrets. Each value is a whole secret string. */
export interface SecretsContext {
  readonly secretKey: ISecret;
  readonly jwtSigningKey: ISecret;
  /** The key that signed tokens before `jwtSigningKey` did; undefined if PostHog cannot read it as a fallback. */
  readonly _previousJwtKey?: ISecret;
  readonly flagsSecretKeys: ISecret;
  readonly temporalSecretKey: ISecret;
  readonly encryptionSaltKeys: ISecret;
  readonly internalApiSecret: ISecret;
  readonly internalRequestToken: ISecret;
  readonly browserlessToken: ISecret;
  readonly oidcRsaPrivateKey: ISecret;
}

/** The private endpoint of a process. */
export interface ProcessEndpoint {
  /** The private host name, such as `capture.posthog-1a2b3c4d.internal`. */
  readonly host: string;
  readonly port: number;
}

/** The context that the settings of a process are derived from. */
export interface ProcessContext extends StoreContexts {
  /** Properties of the deployed release: modes, web server, queues and topics. */
  readonly generation: Generation;
  readonly secrets: SecretsContext;
  /** The public URL, such as `https://posthog.example.com`. */
  readonly url: string;
  /** The suffix of AWS's host names in this partition, such as `amazonaws.com`. */
  readonly urlSuffix: string;
  /** The access keys for the symbol sets, with `accessKeyId` and `secretAccessKey`; undefined without error tracking. */
  readonly symbolSetKeys?: ISecret;
  /** The role that writes and signs files of batch exports; undefined without batch exports. */
  readonly fileDownloadsRole?: { readonly roleArn: string };
  /** The Temporal task queues that `temporal-django-worker` serves; undefined for all that it can serve. */
  readonly temporalTaskQueues?: readonly string[];
  /** The user's settings of the app: mail, single sign-on, keys. */
  readonly appSettings: ProcessSettings;
  /** Indicates whether PostHog reports its own usage and errors to PostHog Inc. */
  readonly telemetry: boolean;
  /** Django's settings about its load balancer and proxies. */
  readonly proxyEnvironment: Readonly<Record<string, string>>;
  /** Returns a secret as the value of a variable, or one key of it. */
  readonly secretValue: (secret: ISecret, key?: string) => Secret;
  /** Returns whether a process is deployed. */
  readonly isDeployed: (process: PostHogProcess) => boolean;
  /** Returns the image of a process. */
  readonly imageOf: (process: PostHogProcess) => string;
  /** Returns the private endpoint of a process. */
  readonly endpointOf: (process: PostHogProcess) => ProcessEndpoint;
}

/** Returns the private host name of a process in a namespace, such as `capture.posthog-1a2b3c4d.internal`. */
export function privateHostName(process: PostHogProcess, namespace: string): string {
  return `${process}.${namespace}`;
}

/** Returns host and port of a process, such as `capture.posthog-1a2b3c4d.internal:3000`. */
export function authorityOf(context: ProcessContext, process: PostHogProcess): string {
  const { host, port } = context.endpointOf(process);
  return `${host}:${port}`;
}

/** Returns the private URL of a process, such as `http://capture.posthog-1a2b3c4d.internal:3000`. */
export function addressOf(context: ProcessContext, process: PostHogProcess): string {
  return `http://${authorityOf(context, process)}`;
}

/** Returns settings that name a process; none if it is not deployed. */
export function where(
  context: ProcessContext,
  process: PostHogProcess,
  settings: (address: string) => Record<string, string>,
): Record<string, string> {
  return context.isDeployed(process) ? settings(addressOf(context, process)) : {};
}

/** Returns the settings for Temporal's endpoint, for Django and Node; none if it is not deployed. */
export function whereTemporal(context: ProcessContext): Record<string, string> {
  if (!context.isDeployed(PostHogProcess.TEMPORAL)) {
    return {};
  }
  const { host, port } = context.endpointOf(PostHogProcess.TEMPORAL);
  return { TEMPORAL_HOST: host, TEMPORAL_PORT: String(port) };
}
