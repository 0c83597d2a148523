import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { LogGroupClass, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PostHogProcess } from '../../../lib';
import { definitionOf } from '../../../lib/catalog/processes';
import { POSTHOG_CHECKS } from '../../../lib/posthog-checks';
import { ServiceLogs } from '../../../lib/services/service/service-logs';
import { newPostHog, newStack } from '../../helpers/stack';
import { ofType } from '../../helpers/template';

/** Returns the log groups of capture and web, by logical id. */
function groupsOf(logGroupClass?: LogGroupClass) {
  const stack = newStack();
  const logs = new ServiceLogs(stack, 'Logs', { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.RETAIN, logGroupClass });
  [PostHogProcess.CAPTURE, PostHogProcess.WEB, PostHogProcess.INGESTION_GENERAL].forEach((process) => logs.of(definitionOf(process)));
  return Template.fromStack(stack).findResources('AWS::Logs::LogGroup');
}

test('the processes of a product share a log group, and those of every PostHog do', () => {
  expect(Object.keys(groupsOf())).toHaveLength(2);
});

test('a log group of another class is another one, because CloudFormation cannot change the class; the old one is retained', () => {
  const [standard, infrequent] = [groupsOf(), groupsOf(LogGroupClass.INFREQUENT_ACCESS)];
  expect(Object.keys(infrequent).filter((id) => Object.hasOwn(standard, id))).toEqual([]);
  expect(groupsOf(LogGroupClass.STANDARD)).toEqual(standard);
  Object.values(infrequent).forEach((group) => expect(group).toMatchObject({ Properties: { LogGroupClass: 'INFREQUENT_ACCESS' } }));
  Object.values(standard).forEach((group) => expect(group).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate' }));
});

test('`logGroupClass` is for the log groups of processes; the one of the migration, which its function reads, keeps the Standard class', () => {
  const stack = newStack();
  const posthog = newPostHog(stack, { logGroupClass: LogGroupClass.INFREQUENT_ACCESS });
  const classes = ofType(Template.fromStack(stack), 'AWS::Logs::LogGroup').map(([id, { Properties }]): [string, unknown] => [
    id,
    Properties.LogGroupClass,
  ]);
  const ofServices = new Set(posthog.services.map(({ logGroup }) => stack.resolve(logGroup.logGroupName) as { Ref: string }).map(({ Ref }) => Ref));
  expect(ofServices.size).toBeGreaterThan(2);
  const infrequent = classes.filter(([, logGroupClass]) => logGroupClass === 'INFREQUENT_ACCESS').map(([id]) => id);
  expect(infrequent.sort()).toEqual([...ofServices].sort());
});

test('the class for delivery is refused: nobody could search its messages', () => {
  const check = POSTHOG_CHECKS.logGroupClass;
  expect(() => check('logGroupClass', LogGroupClass.DELIVERY)).toThrow('`logGroupClass` must be STANDARD or INFREQUENT_ACCESS');
  expect(() => check('logGroupClass', 'CHEAP')).toThrow('`logGroupClass` must be one of');
  expect(() => check('logGroupClass', LogGroupClass.INFREQUENT_ACCESS)).not.toThrow();
});
