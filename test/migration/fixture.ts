import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerInsights, CpuArchitecture, Secret } from 'aws-cdk-lib/aws-ecs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret as SecretsManagerSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Kafka, KafkaEncryption } from '../../lib';
import { Migration, MigrationProps } from '../../lib/migration/migration';
import { MigrationOptions } from '../../lib/migration/migration-options';
import { kafkaTopics } from '../../lib/stores/kafka/kafka-topics';
import { REDPANDA_IMAGE } from '../../lib/stores/kafka/redpanda-config';
import { only, newStack } from '../helpers/stack';

export const APP_IMAGE = 'posthog/posthog@sha256:' + '0'.repeat(64);

export function vpcOf(stack: Stack): IVpc {
  return (
    (stack.node.tryFindChild('Vpc') as IVpc | undefined) ??
    Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      availabilityZones: ['a', 'b'],
      privateSubnetIds: ['subnet-1', 'subnet-2'],
      privateSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
    })
  );
}

/** A migration in a cluster of its own, and the changes of a test. */
export function newMigration(stack: Stack, overrides: Partial<MigrationProps> = {}, id = 'Migration'): Migration {
  const vpc = vpcOf(stack);
  const cluster =
    (stack.node.tryFindChild('Cluster') as Cluster | undefined) ??
    new Cluster(stack, 'Cluster', { vpc, containerInsightsV2: ContainerInsights.ENABLED });
  return new Migration(stack, id, {
    release: { name: '2026-09-11', image: APP_IMAGE, date: '2026-09-11', upstreamCommit: '18b824b' },
    settings: {
      environment: { DEPLOYMENT: 'hobby', TRUSTED_PROXIES: '10.0.0.4,10.0.0.5' },
      secrets: { SECRET_KEY: secret(stack, `${id}Key`, 'key') },
    },
    cpuArchitecture: CpuArchitecture.X86_64,
    cluster,
    vpc,
    subnets: vpc.privateSubnets,
    logRetention: RetentionDays.ONE_WEEK,
    removalPolicy: RemovalPolicy.RETAIN,
    ...overrides,
  });
}

export function secret(stack: Stack, id: string, name: string): Secret {
  return Secret.fromSecretsManager(SecretsManagerSecret.fromSecretNameV2(stack, id, name));
}

export function topicsOf(stack: Stack, encryption = KafkaEncryption.TLS): MigrationProps['topics'] {
  const kafka = Kafka.fromKafkaAttributes(stack, 'Kafka', { bootstrapServers: 'kafka:9999', encryption });
  return { kafka, topics: kafkaTopics(6), image: REDPANDA_IMAGE };
}

/** The template of a migration alone. */
export function templateOf(overrides: (stack: Stack) => Partial<MigrationProps> = () => ({})): Template {
  const stack = newStack();
  newMigration(stack, overrides(stack));
  return Template.fromStack(stack);
}

export function withOptions(options: MigrationOptions): Template {
  return templateOf(() => ({ options }));
}

/** A state of the state machine. */
export interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly Next: string; readonly ErrorEquals: string[] }[];
  readonly Retry?: readonly {
    readonly ErrorEquals: string[];
    readonly IntervalSeconds: number;
    readonly BackoffRate: number;
    readonly MaxAttempts: number;
  }[];
  readonly TimeoutSeconds?: number;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Resource?: string;
}

/** The definition of the state machine, references by their logical ids. */
export function definitionOf(template: Template): {
  readonly StartAt: string;
  readonly TimeoutSeconds?: number;
  readonly States: Readonly<Record<string, State>>;
} {
  const { DefinitionString: text } = only(template, 'AWS::StepFunctions::StateMachine') as { DefinitionString: { 'Fn::Join': [string, unknown[]] } };
  const parts = text['Fn::Join'][1].map((part) =>
    typeof part === 'string'
      ? part
      : Object.values(part as object)
          .flat()
          .join('.'),
  );
  return JSON.parse(parts.join('')) as ReturnType<typeof definitionOf>;
}
