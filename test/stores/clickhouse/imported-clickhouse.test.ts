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

test('imported ClickHouse uses TLS, a verified certificate and the database posthog by default', () => {
  expect(given({})).toMatchObject({
    host: 'clickhouse.internal',
    database: 'posthog',
    tls: true,
    verifyCertificate: true,
    nativePort: 9440,
    httpPort: 8443,
  });
});

test('imported ClickHouse without TLS has the plain ports', () => {
  expect(given({ tls: false })).toMatchObject({ tls: false, nativePort: 9000, httpPort: 8123 });
});

test('imported ClickHouse takes `database` and `verifyCertificate`', () => {
  expect(given({ database: 'analytics', verifyCertificate: false })).toMatchObject({ database: 'analytics', verifyCertificate: false, tls: true });
});

test('imported ClickHouse has `dictReaderCredentials` only if they are passed in', () => {
  const stack = newStack();
  const dictReaderCredentials = Secret.fromSecretNameV2(stack, 'DictReader', 'dict-reader');
  expect(given({ dictReaderCredentials }, stack).dictReaderCredentials).toBe(dictReaderCredentials);
  expect(given({}).dictReaderCredentials).toBeUndefined();
});

test('imported ClickHouse defines no resources', () => {
  const stack = newStack();
  given({}, stack);
  expect(Template.fromStack(stack).toJSON()).not.toHaveProperty('Resources');
});

test('imported ClickHouse accepts a token as `host`', () => {
  expect(given({ host: Fn.importValue('Host') })).toBeDefined();
});

test('imported ClickHouse rejects a host of ClickHouse Cloud', () => {
  expect(() => given({ host: 'abc.eu-central-1.aws.clickhouse.cloud' })).toThrow(
    "[Stack/ClickHouse] `host` must name a server that PostHog can use, got: 'abc.eu-central-1.aws.clickhouse.cloud'; " +
      "ClickHouse Cloud lacks the clusters, macros, Kafka tables and functions that PostHog's migrations need; run ClickHouse on EC2",
  );
});

test.each(['https://clickhouse.internal', 'clickhouse.internal:9440', 'clickhouse.internal/', ''])(
  'imported ClickHouse rejects host %p, which is no host name',
  (host) => {
    expect(() => given({ host })).toThrow(`[Stack/ClickHouse] \`host\` must be a host name, without scheme and port, got: '${host}'`);
  },
);

test.each([
  ['instanceId', 'InstanceId', 'i-0123456789abcdef0'],
  ['autoScalingGroupName', 'AutoScalingGroupName', 'clickhouse'],
] as const)('imported ClickHouse with `%s` has metrics by %s', (attribute, dimension, name) => {
  const clickHouse = given({ [attribute]: name });
  expect(clickHouse.metricCpuUtilization()).toMatchObject({
    namespace: 'AWS/EC2',
    metricName: 'CPUUtilization',
    dimensions: { [dimension]: name },
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
