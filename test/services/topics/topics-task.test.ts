import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Kafka, KafkaEncryption } from '../../../lib';
import { TopicsTask } from '../../../lib/services/topics/topics-task';
import { newStack } from '../../helpers/stack';

function newTopics(stack: Stack, encryption = KafkaEncryption.TLS): Template {
  const vpc = new Vpc(stack, 'Vpc', { natGateways: 1, restrictDefaultSecurityGroup: false });
  const kafka = Kafka.fromKafkaAttributes(stack, 'Kafka', { bootstrapServers: 'kafka:9999', encryption });
  new TopicsTask(stack, 'Topics', {
    kafka, busyPartitions: 6, vpc, cluster: new Cluster(stack, 'Cluster', { vpc }), subnets: {}, logRetention: RetentionDays.ONE_WEEK, removalPolicy: RemovalPolicy.RETAIN,
  });
  return Template.fromStack(stack);
}

test('asks the brokers for the whole list', () => {
  newTopics(newStack()).hasResourceProperties('AWS::ECS::TaskDefinition', {
    ContainerDefinitions: [Match.objectLike({
      EntryPoint: ['/bin/sh', '-c'],
      Command: [Match.stringLikeRegexp('add-partitions')],
      Environment: Match.arrayWith([{ Name: 'BROKERS', Value: 'kafka:9999' }, { Name: 'TLS', Value: 'true' }, { Name: 'TOPICS', Value: Match.stringLikeRegexp('^cdp_backfill_events 1 -\n') }]),
    })],
  });
});

test('its log is kept for as long as was asked for', () => {
  newTopics(newStack()).hasResource('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 7 }, DeletionPolicy: 'Retain' });
});

test('does not speak TLS where the brokers do not', () => {
  newTopics(newStack(), KafkaEncryption.PLAINTEXT).hasResourceProperties('AWS::ECS::TaskDefinition', {
    ContainerDefinitions: [Match.objectLike({ Environment: Match.arrayWith([{ Name: 'TLS', Value: 'false' }]) })],
  });
});

test('has no rights of its own', () => {
  const template = newTopics(newStack());
  const [task] = Object.entries(template.findResources('AWS::IAM::Role')).filter(([id]) => id.startsWith('TopicsTaskTaskRole'));
  expect(Object.values(template.findResources('AWS::IAM::Policy')).filter(({ Properties }) => JSON.stringify((Properties as { Roles: unknown }).Roles).includes(task[0]))).toEqual([]);
});
