import { App, Stack, StackProps } from 'aws-cdk-lib/core';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Cache, CacheEncryption, ClickHouse, IPostHogService, Kafka, ObjectStorage, Postgres, PostHog, PostHogProcess } from 'cdk-posthog';
import { Construct } from 'constructs';

/** A platform stack with its own VPC and cluster, with PostHog as one part of it. */
export class PlatformStack extends Stack {
  /** The worker, for the platform's own alarms and permissions. */
  public readonly worker: IPostHogService;

  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const vpc = new Vpc(this, 'Vpc', {
      subnetConfiguration: [
        { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 24 },
        // PostHog trusts every address in this subnet: keep it small, and use it for the load balancer only.
        { name: 'PostHogLoadBalancer', subnetType: SubnetType.PUBLIC, cidrMask: 27 },
        { name: 'Apps', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 },
      ],
    });
    const cluster = new Cluster(this, 'Cluster', { vpc });
    const securityGroups = [new SecurityGroup(this, 'Stores', { vpc, description: 'The stores of the platform', allowAllOutbound: false })];

    const posthog = new PostHog(this, 'PostHog', {
      domainName: 'posthog.example.com',
      certificate: Certificate.fromCertificateArn(
        this,
        'Certificate',
        'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
      ),
      cluster,
      loadBalancerSubnets: { subnetGroupName: 'PostHogLoadBalancer' },
      serviceSubnets: { subnetGroupName: 'Apps' },
      postgres: Postgres.fromPostgresAttributes(this, 'Postgres', {
        host: 'postgres.example.internal',
        credentials: this.secret('postgres-login'),
        urlSecret: this.secret('postgres-url'),
        nodeUrlSecret: this.secret('postgres-node-url'),
        cyclotronUrlSecret: this.secret('cyclotron-url'),
        nodeCyclotronUrlSecret: this.secret('cyclotron-node-url'),
        securityGroups,
      }),
      cache: Cache.fromCacheAttributes(this, 'Cache', { host: 'cache.example.internal', encryption: CacheEncryption.NONE, securityGroups }),
      kafka: Kafka.fromKafkaAttributes(this, 'Kafka', { bootstrapServers: 'kafka.example.internal:9094', securityGroups }),
      clickHouse: ClickHouse.fromClickHouseAttributes(this, 'ClickHouse', {
        host: 'clickhouse.example.internal',
        credentials: this.secret('clickhouse'),
        securityGroups,
      }),
      objectStorage: ObjectStorage.fromObjectStorageAttributes(this, 'ObjectStorage', {
        bucket: Bucket.fromBucketName(this, 'Bucket', 'example-posthog-objects'),
      }),
      serviceOptions: [
        { process: PostHogProcess.CAPTURE, minTasks: 4, maxTasks: 40 },
        { process: PostHogProcess.WEB, cpu: 4096, memoryLimitMiB: 8192 },
      ],
    });
    this.worker = posthog.service(PostHogProcess.WORKER);
  }

  private secret(name: string): ISecret {
    return Secret.fromSecretNameV2(this, name, `posthog/${name}`);
  }
}

if (require.main === module) {
  new PlatformStack(new App(), 'Platform');
}
