import { Fn } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ClickHouse, ClickHouseAttributes } from '../../../lib';
import { newStack } from '../../helpers/stack';

function given(attrs: Partial<ClickHouseAttributes>, stack = newStack()) {
  return ClickHouse.fromClickHouseAttributes(stack, 'ClickHouse', {
    host: 'clickhouse.internal',
    credentials: Secret.fromSecretNameV2(stack, 'Credentials', 'clickhouse'),
    ...attrs,
  });
}

test('connections use TLS with a verified certificate, to the database posthog, by default', () => {
  expect(given({})).toMatchObject({
    host: 'clickhouse.internal',
    database: 'posthog',
    tls: true,
    verifyCertificate: true,
    nativePort: 9440,
    httpPort: 8443,
  });
});

test('without TLS the ports are the plain ones', () => {
  expect(given({ tls: false })).toMatchObject({ tls: false, nativePort: 9000, httpPort: 8123 });
});

test('database and verification can be given', () => {
  expect(given({ database: 'analytics', verifyCertificate: false })).toMatchObject({ database: 'analytics', verifyCertificate: false, tls: true });
});

test('dictionaries can read as a user of their own, and otherwise read as the one user', () => {
  const stack = newStack();
  const dictReaderCredentials = Secret.fromSecretNameV2(stack, 'DictReader', 'dict-reader');
  expect(given({ dictReaderCredentials }, stack).dictReaderCredentials).toBe(dictReaderCredentials);
  expect(given({}).dictReaderCredentials).toBeUndefined();
});

test('nothing is created', () => {
  const stack = newStack();
  given({}, stack);
  expect(Template.fromStack(stack).toJSON()).not.toHaveProperty('Resources');
});

test('a token as host is taken as it is', () => {
  expect(given({ host: Fn.importValue('Host') })).toBeDefined();
});

test("fails when the host is ClickHouse Cloud's", () => {
  expect(() => given({ host: 'abc.eu-central-1.aws.clickhouse.cloud' })).toThrow(
    "[Stack/ClickHouse] `host` must name a server that PostHog can use, got: 'abc.eu-central-1.aws.clickhouse.cloud'; " +
      "ClickHouse Cloud lacks the clusters, macros, Kafka tables and functions that PostHog's migrations need; run ClickHouse on EC2",
  );
});

test.each(['https://clickhouse.internal', 'clickhouse.internal:9440', 'clickhouse.internal/', ''])(
  'fails when the host is %p, with scheme, port, path or nothing',
  (host) => {
    expect(() => given({ host })).toThrow(`[Stack/ClickHouse] \`host\` must be a host name, without scheme and port, got: '${host}'`);
  },
);

test.each([
  ['instanceId', 'InstanceId'],
  ['autoScalingGroupName', 'AutoScalingGroupName'],
] as const)('imported ClickHouse with `%s` has metrics by %s', (attribute, dimension) => {
  const clickHouse = given({ [attribute]: 'clickhouse' });
  expect(clickHouse.metricCpuUtilization()).toMatchObject({
    namespace: 'AWS/EC2',
    metricName: 'CPUUtilization',
    dimensions: { [dimension]: 'clickhouse' },
  });
  expect(clickHouse.metricStatusCheckFailed()).toMatchObject({ metricName: 'StatusCheckFailed', statistic: 'Maximum' });
});

test('imported ClickHouse without the name of its instance has no metrics', () => {
  expect(() => given({}).metric('NetworkIn')).toThrow(
    '[Stack/ClickHouse] `instanceId` is required for metrics, because CloudWatch has them by that name; ' +
      'pass it to ClickHouse.fromClickHouseAttributes()',
  );
});

test('imported ClickHouse rejects `instanceId` together with `autoScalingGroupName`', () => {
  expect(() => given({ instanceId: 'i-1', autoScalingGroupName: 'group' })).toThrow(
    '[Stack/ClickHouse] `instanceId` cannot be combined with `autoScalingGroupName`; leave one of them out',
  );
});
