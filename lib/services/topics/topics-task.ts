import { readFileSync } from 'node:fs';
import path from 'node:path';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Connections, IConnectable, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { CpuArchitecture, FargateTaskDefinition, ICluster, LogDrivers, OperatingSystemFamily } from 'aws-cdk-lib/aws-ecs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct, IDependable } from 'constructs';
import { acknowledge } from '../../private/acknowledge';
import { containerImage } from '../../private/container-image';
import { IKafka, KafkaEncryption } from '../../stores/kafka-client';
import { kafkaTopics, topicLines } from '../../stores/kafka-topics';
import { REDPANDA_IMAGE } from '../../stores/redpanda-config';
import { OneOffTask } from '../one-off-task';

/** What the topics are made with, and where. */
export interface TopicsTaskProps {
  readonly kafka: IKafka;
  /** How many partitions the busy topics have. */
  readonly busyPartitions: number;
  readonly cluster: ICluster;
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/** The script ships beside the sources; `lib/` and `build/` are equally deep. */
const SCRIPT = path.join(__dirname, '..', '..', '..', 'lib', 'services', 'topics', 'reconcile-topics.sh');

/** Makes the topics of PostHog before any process starts, and more partitions where there are too few. It takes nothing away. */
export class TopicsTask extends Construct implements IConnectable {
  public readonly connections: Connections;

  private readonly task: OneOffTask;

  public constructor(scope: Construct, id: string, props: TopicsTaskProps) {
    super(scope, id);
    const logs = new LogGroup(this, 'Logs', { retention: props.logRetention, removalPolicy: props.removalPolicy });
    const taskDefinition = new FargateTaskDefinition(this, 'Task', {
      cpu: 256,
      memoryLimitMiB: 512,
      runtimePlatform: { operatingSystemFamily: OperatingSystemFamily.LINUX, cpuArchitecture: CpuArchitecture.X86_64 },
    });
    taskDefinition.addContainer('topics', {
      // Upstream makes its topics with the same image (docker-compose.hobby.yml, kafka-init).
      image: containerImage(this, 'Repository', REDPANDA_IMAGE),
      entryPoint: ['/bin/sh', '-c'],
      command: [readFileSync(SCRIPT, 'utf8')],
      environment: {
        BROKERS: props.kafka.bootstrapServers,
        TLS: String(props.kafka.encryption === KafkaEncryption.TLS),
        TOPICS: topicLines(kafkaTopics(props.busyPartitions)),
      },
      logging: LogDrivers.awsLogs({ logGroup: logs, streamPrefix: 'topics' }),
    });
    this.task = new OneOffTask(this, 'Run', { ...props, taskDefinition, logs, purpose: 'making the topics of Kafka' });
    this.connections = this.task.connections;
    acknowledge(this, {
      'AwsSolutions-ECS2': 'what stands in clear text is no secret',
      'IAMNoInlinePolicy': 'the role belongs to this task alone, and so does its policy',
      'CloudWatchLogGroupEncrypted': 'encrypted with the key that CloudWatch Logs keeps',
    });
  }

  /** Lets it run only when these are there, with all that belongs to them. */
  public runAfter(...dependencies: IDependable[]): void {
    this.task.runAfter(...dependencies);
  }
}
