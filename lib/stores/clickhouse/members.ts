import { readFileSync } from 'node:fs';
import path from 'node:path';
import { RemovalPolicy, Size } from 'aws-cdk-lib/core';
import { InstanceClass, InstanceSize, InstanceType, ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IPrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { configXml } from './config/config-xml';
import { keeperXml } from './config/keeper-xml';
import { CONFIG_PATH, DATA_PATH, FORMAT_SCHEMAS_PATH, OWNER, USER_SCRIPTS_PATH, VARIABLES } from './config/shared-settings';
import { CLICKHOUSE_PORTS, ClickHouseNode, ClickHouseTopology, KeeperNode } from './config/topology';
import { usersXml } from './config/users-xml';
import { shellQuoted } from '../instance/instance-files';
import { InstanceVolume } from '../instance/instance-volume';
import { StatefulInstance } from '../instance/stateful-instance';
import { allowAppFiles, installAppFilesScript } from './app-files';
import { ClickHouseAppFiles } from './clickhouse-base';
import { ClickHouseProps } from './clickhouse-props';
import { KafkaEncryption } from '../kafka/kafka-base';
import { scriptPath } from '../../private/assets';

/** The common properties of servers and Keepers. */
export interface MemberContext {
  readonly vpc: IVpc;
  readonly topology: ClickHouseTopology;
  readonly zone: IPrivateHostedZone;
  readonly securityGroup: ISecurityGroup;
  readonly image: string;
  readonly removalPolicy: RemovalPolicy;
  readonly logRetention: RetentionDays;
  readonly registryCredentials?: ISecret;
}

/** The properties of servers. */
export interface ServerContext extends MemberContext {
  readonly props: ClickHouseProps;
  readonly database: string;
  readonly volume: InstanceVolume;
  readonly instanceType: InstanceType;
  readonly credentials: ISecret;
  readonly dictReaderCredentials: ISecret;
  readonly readerCredentials?: ISecret;
  readonly clusterSecret: ISecret;
  readonly appFiles: ClickHouseAppFiles;
}

const MOUNT_POINT = '/mnt/clickhouse';
const MOUNTS = { [`${MOUNT_POINT}/data`]: DATA_PATH };
const CONFIG_FILE = `${CONFIG_PATH}/config.xml`;

/** Variables of the image's entry point: use this library's file, and create no users. */
const ENVIRONMENT = { CLICKHOUSE_CONFIG: CONFIG_FILE, CLICKHOUSE_SKIP_USER_SETUP: '1' };

/** The volume of a Keeper, for logs and snapshots, of which old ones are deleted. */
const KEEPER_VOLUME: InstanceVolume = { size: Size.gibibytes(10) };

/** The folders for functions and format schemas, which are empty until the first migration. */
const APP_FOLDERS = [USER_SCRIPTS_PATH, FORMAT_SCHEMAS_PATH].map((folder) => path.basename(folder));

const PREPARE_SCRIPT = scriptPath('stores', 'clickhouse', 'boot', 'prepare.sh');

/** Defines a server on an instance with its own volume. */
export function defineServer(scope: Construct, index: number, subnet: ISubnet, self: ClickHouseNode, context: ServerContext): StatefulInstance {
  const {
    props,
    appFiles: { imageParameter, reportParameters },
  } = context;
  const report = reportParameters[index];
  // Amazon MSK alone has racks, the ids of zones.
  const kafkaRacks = props.kafka.clusterName !== undefined;
  const secrets = {
    [VARIABLES.password]: { secret: context.credentials, field: 'password' },
    [VARIABLES.dictReaderPassword]: { secret: context.dictReaderCredentials, field: 'password' },
    ...(context.readerCredentials ? { [VARIABLES.readerPassword]: { secret: context.readerCredentials, field: 'password' } } : {}),
    [VARIABLES.cluster]: { secret: context.clusterSecret },
  };
  const server = new StatefulInstance(scope, `Server${index + 1}`, {
    ...context,
    subnet,
    mountPoint: MOUNT_POINT,
    owner: OWNER,
    hostName: self.host,
    container: {
      name: 'clickhouse',
      image: context.image,
      port: CLICKHOUSE_PORTS.http,
      environment: { ...ENVIRONMENT, [VARIABLES.kafka]: props.kafka.bootstrapServers },
      zoneIdVariable: kafkaRacks ? VARIABLES.kafkaRack : undefined,
      secrets,
      files: {
        [CONFIG_FILE]: configXml(context.topology, self, {
          database: context.database,
          kafkaTls: props.kafka.encryption === KafkaEncryption.TLS,
          kafkaRacks,
        }),
        [`${CONFIG_PATH}/users.xml`]: usersXml(context.database, context.readerCredentials !== undefined),
      },
      mounts: MOUNTS,
      ulimits: { nofile: '262144:262144' },
      // Queries are cancelled, and messages from Kafka are written or read again.
      stopTimeout: 120,
      prepare: prepareScript({ hostName: self.host, requiredSecrets: Object.keys(secrets), folders: APP_FOLDERS }),
      whileRunning: installAppFilesScript(imageParameter.parameterName, report.parameterName),
      registryCredentials: context.registryCredentials,
    },
  });
  allowAppFiles(server, imageParameter, report);
  return server;
}

/** Defines a Keeper on a small instance. It runs the server's image with another command, so that both have the same version. */
export function defineKeeper(
  scope: Construct,
  id: string,
  subnet: ISubnet,
  self: KeeperNode,
  context: MemberContext,
  instanceType?: InstanceType,
): StatefulInstance {
  return new StatefulInstance(scope, id, {
    ...context,
    subnet,
    instanceType: instanceType ?? InstanceType.of(InstanceClass.T4G, InstanceSize.SMALL),
    volume: KEEPER_VOLUME,
    mountPoint: MOUNT_POINT,
    owner: OWNER,
    hostName: self.host,
    container: {
      name: 'keeper',
      image: context.image,
      // Without `su`, the program runs as root and refuses files of another user.
      command: ['clickhouse', 'su', OWNER, 'clickhouse', 'keeper', `--config-file=${CONFIG_FILE}`],
      port: CLICKHOUSE_PORTS.keeper,
      environment: ENVIRONMENT,
      secrets: {},
      files: { [CONFIG_FILE]: keeperXml(context.topology, self) },
      mounts: MOUNTS,
      stopTimeout: 60,
      prepare: prepareScript({ hostName: self.host, requiredSecrets: [], folders: [] }),
      registryCredentials: context.registryCredentials,
    },
  });
}

/** Options of the script. */
export interface PrepareOptions {
  readonly hostName: string;
  /** The names of secrets that the container must not start without. */
  readonly requiredSecrets: readonly string[];
  /** The folders for PostHog's files in the data folder. */
  readonly folders: readonly string[];
}

/** Returns boot/prepare.sh with its settings. Values may contain tokens. */
export function prepareScript(options: PrepareOptions): string {
  return [
    `HOST_NAME=${shellQuoted(options.hostName)}`,
    `REQUIRED_SECRETS=${shellQuoted(options.requiredSecrets.join(' '))}`,
    `FOLDERS=${shellQuoted(options.folders.join(' '))}`,
    readFileSync(PREPARE_SCRIPT, 'utf8'),
  ].join('\n');
}
