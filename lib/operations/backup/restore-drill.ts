import { IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage, CpuArchitecture, FargateTaskDefinition, LogDriver, OperatingSystemFamily } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { wildcards } from './backup-bucket';
import { BACKUP_PREFIXES } from './backup-manifest';
import { RestoreDrillPlan } from './backup-options';
import { drillConfig } from './drill-config';
import { acknowledge } from '../../private/acknowledge';
import { scriptText } from '../../private/assets';
import { ecrRepository } from '../../private/container-image';
import { InlineRole } from '../../private/inline-role';
import { defineLogGroup } from '../../private/log-group';
import { trustedService } from '../../private/trusted-service';
import { OWNER } from '../../stores/clickhouse/config/shared-settings';

/** Properties for `RestoreDrill`. */
export interface RestoreDrillProps {
  readonly plan: RestoreDrillPlan;
  readonly vpc: IVpc;
  readonly bucket: IBucket;
  readonly bucketUrl: string;
  readonly database: string;
  readonly image: string;
  readonly registryCredentials?: ISecret;
}

/** The task that restores a backup on a server of its own. The function of backups starts it. */
export class RestoreDrill extends Construct {
  public readonly taskDefinition: FargateTaskDefinition;
  public readonly securityGroup: SecurityGroup;
  public readonly logGroup: ILogGroup;
  public readonly containerName = 'restore-drill';

  public constructor(scope: Construct, id: string, props: RestoreDrillProps) {
    super(scope, id);
    const { plan, bucket, image } = props;
    this.logGroup = defineLogGroup(this, 'Logs');
    // It reaches S3 and the registry, and no data store: the ports of Kafka and ClickHouse are not among these.
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'PostHog restore drill: tasks',
      allowAllOutbound: false,
    });
    this.securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'HTTPS: images, backups and logs');
    const taskRole = new InlineRole(this, 'TaskRole', { assumedBy: trustedService(this, 'ecsTasks') });
    const executionRole = new InlineRole(this, 'ExecutionRole', { assumedBy: trustedService(this, 'ecsTasks') });
    this.taskDefinition = new FargateTaskDefinition(this, 'TaskDefinition', {
      cpu: plan.cpu,
      memoryLimitMiB: plan.memoryLimitMiB,
      ephemeralStorageGiB: plan.gibibytes,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
      taskRole,
      executionRole,
    });
    this.taskDefinition.addContainer(this.containerName, {
      image: ContainerImage.fromRegistry(image, { credentials: props.registryCredentials }),
      entryPoint: ['bash', '-c'],
      command: [scriptText('operations', 'backup', 'restore-drill.sh')],
      environment: { BUCKET_URL: props.bucketUrl, CONFIG: drillConfig(), DATABASE: props.database },
      user: OWNER,
      logging: LogDriver.awsLogs({ logGroup: this.logGroup, streamPrefix: 'drill' }),
    });
    ecrRepository(this, 'Image', image)?.repository.grantPull(executionRole);
    this.grant(taskRole, bucket);
  }

  private grant(role: InlineRole, bucket: IBucket): void {
    const read = [BACKUP_PREFIXES.backups, BACKUP_PREFIXES.manifests].map((prefix) => bucket.arnForObjects(`${prefix}*`));
    const written = bucket.arnForObjects(`${BACKUP_PREFIXES.drills}*`);
    const statements = [
      new PolicyStatement({
        actions: ['s3:ListBucket', 's3:GetBucketLocation'],
        resources: [bucket.bucketArn],
        conditions: { StringLikeIfExists: { 's3:prefix': Object.values(BACKUP_PREFIXES).map((prefix) => `${prefix}*`) } },
      }),
      new PolicyStatement({ actions: ['s3:GetObject'], resources: [...read, written] }),
      new PolicyStatement({ actions: ['s3:PutObject'], resources: [written] }),
      ...(bucket.encryptionKey
        ? [new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [bucket.encryptionKey.keyArn] })]
        : []),
    ];
    statements.forEach((statement) => role.addToPolicy(statement));
    acknowledge(this, {
      'IAMNoInlinePolicy': 'each role belongs to this task',
      'AwsSolutions-ECS2': 'the variables are no secrets: the configuration of a server without data, and the address of the bucket',
      'AwsSolutions-IAM5[Resource::*]': 'ecr:GetAuthorizationToken does not support resource ARNs',
      ...wildcards(bucket, [...read, written], 'ClickHouse chooses the names of the files of a backup, below one prefix'),
    });
  }
}
