import { Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib/core';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AuroraPostgresEngineVersion, PostgresEngineVersion } from 'aws-cdk-lib/aws-rds';
import {
  AuroraPostgres,
  Cache,
  CacheEncryption,
  CacheEviction,
  ClickHouse,
  Kafka,
  KafkaBrokerType,
  ObjectStorage,
  Postgres,
  PostgresLogins,
  RedpandaKafka,
} from '../../lib';
import { Given } from './data-safety-given';

export type Props = Readonly<Record<string, unknown>>;

/** How a change that touches data is known: by a warning for as long as the prop is there, or by what is written beside it. */
export type Said = { readonly warning: string } | { readonly file: string; readonly text: string };

/** A change of one prop. It is made in both directions: from nothing to this value, and back. */
export interface Change {
  readonly to: (given: Given) => unknown;
  /** What must be there before and after besides. */
  readonly with?: (given: Given) => Props;
  /** What it does to data, in either direction, and where one is told. */
  readonly endangers?: { readonly what: readonly string[]; readonly said: Said };
  /** Why AWS refuses to make it in one update, in either direction: the beginning of each message. The documentation of the prop says so. */
  readonly refused?: readonly string[];
}

/** Something that is made, and a change of each of its props. */
export interface Subject {
  /** The interface of its props. */
  readonly struct: string;
  readonly make: (stack: Stack, given: Given, props: Props) => void;
  readonly changes: Readonly<Record<string, Change>>;
}

export const to = (value: unknown): Change => ({ to: () => value });

/** Of subnets, whose addresses belong to the old ones until the end. */
export const OVERLAP = 'its addresses overlap with those of a subnet that CloudFormation deletes only after it has created this one';
const SMALLER_VOLUME = ['an EBS volume cannot shrink'];
export const FEWER_BROKERS = 'MSK refuses to remove brokers that hold partitions';
/** Of servers, brokers and other resources whose names are taken until the old ones are deleted. */
export const NAME_TAKEN = 'CloudFormation creates the new one before it deletes the old one, whose name is still taken';

/** Of load balancers. */
export const PROTECTED = 'the old load balancer is protected against deletion';

const DESTROY = to(RemovalPolicy.DESTROY);
const OTHER_VPC: Change = { to: ({ otherVpc }) => otherVpc };
/** RDS and ElastiCache change a group of subnets in place, or refuse to. */
const ISOLATED: Change = { to: ({ vpc }) => ({ subnets: vpc.isolatedSubnets.slice(1) }) };

/** Another key of a data store, or the first one. */
function otherKey(...what: string[]): Change {
  return {
    to: ({ key }) => key,
    endangers: { what, said: { file: 'docs/stores.md', text: 'Set it for a new stack only' } },
    refused: ['a data store gets its key when it is created'],
  };
}

const REPLACED_SERVER: Said = { warning: 'do not change `snapshotIdentifier`' };

/** What Postgres and AuroraPostgres have in common. */
function postgresChanges(server: string): Subject['changes'] {
  const restored = () => ({ snapshotIdentifier: 'before' });
  return {
    vpc: OTHER_VPC,
    vpcSubnets: ISOLATED,
    multiAz: to(true),
    maxConnections: to(500),
    logins: {
      to: () => PostgresLogins.BY_PURPOSE,
      endangers: {
        what: ['AWS::SecretsManager::Secret removed'],
        said: { file: 'docs/stores.md', text: 'A change back leaves the secrets of the logins in the account' },
      },
    },
    backupRetention: to(Duration.days(14)),
    preferredBackupWindow: to('03:00-04:00'),
    preferredMaintenanceWindow: to('Sun:04:00-Sun:05:00'),
    snapshotIdentifier: { to: () => 'before', endangers: { what: [`${server} replaced`], said: REPLACED_SERVER } },
    username: {
      to: () => 'root',
      with: restored,
      endangers: { what: ['AWS::SecretsManager::Secret generated again'], said: { warning: 'do not change `username` either' } },
    },
    databaseName: { to: () => 'analytics', with: restored },
    encryptionKey: otherKey(`${server} replaced`),
    removalPolicy: DESTROY,
  };
}

const OTHER_ZONE: Change = {
  to: (given) => given.turned(given.vpc.privateSubnets),
  endangers: {
    what: ['AWS::EC2::Volume refused'],
    said: { file: 'docs/instances.md', text: 'CloudFormation refuses to move a volume to another zone' },
  },
};
const SNAPSHOT: Change = { to: () => 'snap-1', endangers: { what: ['AWS::EC2::Volume removed'], said: { warning: 'do not change `snapshotId`' } } };
const IN_ZONE = ({ privateZone }: Given) => ({ privateZone });

const REGISTRY_CREDENTIALS: Change = { to: (given) => Secret.fromSecretNameV2(given, 'RegistryCredentials', 'docker-hub') };

/** A login that is not wanted any more leaves its secret behind. */
export const READER: Change = {
  ...to(true),
  endangers: {
    what: ['AWS::SecretsManager::Secret removed'],
    said: { file: 'docs/canary.md', text: 'its secret is retained, and is not used again' },
  },
};

/** What both numbers of replicas have in common. */
const CLICKHOUSE: Subject['changes'] = {
  vpc: OTHER_VPC,
  kafka: { to: (given) => Kafka.fromKafkaAttributes(given, 'OtherKafka', { bootstrapServers: 'other.internal:9094' }) },
  vpcSubnets: OTHER_ZONE,
  instanceType: to(new InstanceType('m7i.xlarge')),
  volumeSize: { ...to(Size.gibibytes(300)), refused: SMALLER_VOLUME },
  maxVolumeSize: to(Size.gibibytes(900)),
  volumeIops: to(4000),
  volumeThroughput: to(250),
  image: to('clickhouse/clickhouse-server:other'),
  registryCredentials: REGISTRY_CREDENTIALS,
  reader: READER,
  database: to('other'),
  privateZone: { to: ({ privateZone }) => privateZone },
  hostName: { to: () => 'other.inside.example.com', with: IN_ZONE },
  encryptionKey: otherKey('AWS::EC2::Volume refused'),
  removalPolicy: DESTROY,
  logRetention: to(RetentionDays.ONE_DAY),
};

const clickHouse =
  (fixed: Props): Subject['make'] =>
  (stack, given, props) => {
    const all = { vpc: given.vpc, kafka: given.stores.kafka, ...fixed, ...props };
    new ClickHouse(stack, 'Store', all);
  };

const OTHER_CLUSTER: Said = { file: 'docs/kafka.md', text: 'Another VPC or other subnets need another cluster' };
const REPLACED_CLUSTER = { what: ['AWS::MSK::Cluster replaced'], said: OTHER_CLUSTER };

/** Every store that the library makes. */
export const STORES: Readonly<Record<string, Subject>> = {
  Postgres: {
    struct: 'PostgresProps',
    make: (stack, { vpc }, props) => void new Postgres(stack, 'Store', { vpc, ...props }),
    changes: {
      ...postgresChanges('AWS::RDS::DBInstance'),
      version: to(PostgresEngineVersion.VER_17),
      allowMajorVersionUpgrade: to(true),
      instanceType: to(new InstanceType('r8g.large')),
      allocatedStorage: { ...to(100), refused: ['the storage of a database cannot shrink'] },
      maxAllocatedStorage: to(300),
    },
  },
  AuroraPostgres: {
    struct: 'AuroraPostgresProps',
    make: (stack, { vpc }, props) => void new AuroraPostgres(stack, 'Store', { vpc, ...props }),
    changes: {
      ...postgresChanges('AWS::RDS::DBCluster'),
      version: to(AuroraPostgresEngineVersion.VER_16_9),
      minCapacity: to(2),
      maxCapacity: to(16),
    },
  },
  Cache: {
    struct: 'CacheProps',
    make: (stack, { vpc }, props) => void new Cache(stack, 'Store', { vpc, ...props }),
    changes: {
      vpc: OTHER_VPC,
      vpcSubnets: ISOLATED,
      nodeType: to(new InstanceType('r7g.large')),
      replicas: { ...to(2), refused: ['ElastiCache refuses to change the number of nodes and automatic failover in one update'] },
      automaticFailover: { to: () => false, with: () => ({ replicas: 1 }) },
      encryption: to(CacheEncryption.REQUIRED),
      evictionPolicy: to(CacheEviction.ALL_KEYS_LRU),
      automaticBackups: to(false),
      backupRetention: to(Duration.days(7)),
      preferredBackupWindow: to('03:00-04:00'),
      preferredMaintenanceWindow: to('sun:04:00-sun:05:00'),
      encryptionKey: otherKey('AWS::ElastiCache::ReplicationGroup replaced'),
      removalPolicy: DESTROY,
    },
  },
  Kafka: {
    struct: 'KafkaProps',
    make: (stack, { vpc }, props) => void new Kafka(stack, 'Store', { vpc, ...props }),
    changes: {
      vpc: { ...OTHER_VPC, endangers: REPLACED_CLUSTER, refused: [NAME_TAKEN] },
      vpcSubnets: { ...ISOLATED, endangers: REPLACED_CLUSTER, refused: [NAME_TAKEN, FEWER_BROKERS] },
      kafkaVersion: to('4.0.x.kraft'),
      // MSK refuses Express brokers instead of standard ones, but its schema lets the type change.
      brokerType: { ...to(KafkaBrokerType.EXPRESS), refused: ['MSK changes one thing in an update'] },
      brokerInstanceType: to(new InstanceType('m7g.xlarge')),
      brokersPerSubnet: { ...to(2), refused: [FEWER_BROKERS] },
      volumeSize: { ...to(Size.gibibytes(200)), refused: ['the volumes of brokers cannot shrink'] },
      maxVolumeSize: to(Size.tebibytes(2)),
      retention: to(Duration.days(7)),
      partitionRetention: to(Size.gibibytes(10)),
      encryptionKey: { ...otherKey('AWS::MSK::Cluster replaced'), refused: ['a data store gets its key when it is created', NAME_TAKEN] },
      removalPolicy: DESTROY,
    },
  },
  RedpandaKafka: {
    struct: 'RedpandaKafkaProps',
    make: (stack, { vpc }, props) => void new RedpandaKafka(stack, 'Store', { vpc, ...props }),
    changes: {
      vpc: OTHER_VPC,
      vpcSubnets: OTHER_ZONE,
      instanceType: to(new InstanceType('m7i.large')),
      image: to('docker.io/redpandadata/redpanda:other'),
      registryCredentials: REGISTRY_CREDENTIALS,
      volumeSize: { ...to(Size.gibibytes(200)), refused: SMALLER_VOLUME },
      maxVolumeSize: to(Size.gibibytes(900)),
      snapshotId: SNAPSHOT,
      retention: to(Duration.days(7)),
      partitionRetention: to(Size.gibibytes(1)),
      privateZone: { to: ({ privateZone }) => privateZone },
      hostName: { to: () => 'other.inside.example.com', with: IN_ZONE },
      logRetention: to(RetentionDays.ONE_DAY),
      encryptionKey: otherKey('AWS::EC2::Volume refused'),
      removalPolicy: DESTROY,
    },
  },
  ClickHouse: {
    struct: 'ClickHouseProps',
    make: clickHouse({}),
    changes: {
      ...CLICKHOUSE,
      snapshotId: SNAPSHOT,
      replicas: {
        // More servers add volumes; fewer leave those behind that the others had.
        to: () => 2,
        endangers: { what: ['AWS::EC2::Volume removed'], said: { file: 'docs/clickhouse.md', text: 'Decide before there is data' } },
      },
      keeperInstanceType: { to: () => new InstanceType('t4g.medium'), with: () => ({ replicas: 2 }) },
    },
  },
  ClickHouseReplicas: {
    struct: 'ClickHouseProps',
    make: clickHouse({ replicas: 2 }),
    changes: {
      ...CLICKHOUSE,
      // Refused beside replicas.
      snapshotId: { to: () => 'snap-1', with: () => ({ replicas: 1 }), endangers: SNAPSHOT.endangers },
      replicas: {
        to: () => 3,
        endangers: { what: ['AWS::EC2::Volume removed'], said: { file: 'docs/clickhouse.md', text: 'Decide before there is data' } },
      },
      keeperInstanceType: to(new InstanceType('t4g.medium')),
    },
  },
  ObjectStorage: {
    struct: 'ObjectStorageProps',
    make: (stack, _, props) => void new ObjectStorage(stack, 'Store', props),
    changes: {
      recordingsPrefix: to('other'),
      recordingsExpiration: to(Duration.days(90)),
      noncurrentVersionExpiration: to(Duration.days(7)),
      encryptionKey: { to: ({ key }) => key },
      serverAccessLogsBucket: { to: ({ bucket }) => bucket },
      removalPolicy: DESTROY,
      autoDeleteObjects: { to: () => false, with: () => ({ removalPolicy: RemovalPolicy.DESTROY }) },
    },
  },
};
