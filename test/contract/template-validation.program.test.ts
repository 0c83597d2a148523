import { AppRun, runApp } from '../helpers/app';

const ON = { '@aws-cdk/core:validateAgainstDefaultRules': true };

/** Every option of the app, and one mistake that validation must see. */
const EVERYTHING = {
  'posthog:domainName': 'analytics.example.org',
  'posthog:certificateArn': undefined,
  'posthog:appCidrs': '203.0.113.0/24,2001:db8::/32',
  'posthog:hostedZoneId': 'Z0123456789ABC',
  'posthog:hostedZoneName': 'example.org',
  'posthog:vpcId': 'vpc-0123456789abcdef0',
  'posthog:postgresUrlSecret': 'posthog/postgres-url',
  'posthog:postgresNodeUrlSecret': 'posthog/node-url',
  'posthog:postgresHost': 'postgres.example.internal',
  'posthog:postgresCredentialsSecret': 'posthog/postgres-login',
  'posthog:postgresCyclotronUrlSecret': 'posthog/cyclotron-url',
  'posthog:postgresNodeCyclotronUrlSecret': 'posthog/node-cyclotron-url',
  'posthog:products': 'events,feature-flags,session-replay,data-pipelines,error-tracking,logs,ai,live-events,exports',
  'posthog:size': 'large',
  'posthog:cacheHost': 'posthog.abc123.ng.0001.euc1.cache.amazonaws.com',
  'posthog:kafkaBrokers': 'b-1.example.internal:9094,b-2.example.internal:9094',
  'posthog:clickHouseHost': 'clickhouse.example.internal',
  'posthog:clickHouseSecret': 'posthog/clickhouse',
  'posthog:bucketName': 'example-posthog-objects',
  'posthog:storeSecurityGroupId': 'no-security-group',
};

let sample: AppRun;
let mistaken: AppRun;

beforeAll(async () => {
  [sample, mistaken] = await Promise.all([
    runApp({ validate: true, context: ON }),
    runApp({ validate: true, context: { ...ON, ...EVERYTHING }, env: { CDK_DEFAULT_ACCOUNT: '111122223333', CDK_DEFAULT_REGION: 'eu-central-1' } }),
  ]);
}, 300_000);

/** Without those of sample values, and of alarms that nobody receives. */
function withoutSamples(warnings: string[]): string[] {
  return warnings.filter((text) => !/^warning Annotation::(posthog:samples|cdk-posthog:PostHogAlarms\.noActions): /.test(text));
}

test("the CDK's template validation finds nothing in the sample app", () => {
  expect(sample.violations).toEqual([]);
  expect(withoutSamples(sample.warnings)).toEqual([]);
  expect(sample.exitCode).toBe(0);
});

test("the CDK's template validation finds the one mistake in an app with every setting", () => {
  expect(mistaken.violations).not.toEqual([]);
  // A VPC that is still to be looked up has ids of the CDK's own making, which it does not take for ids.
  const own = mistaken.violations.filter((text) => !/'(vpc|s|p)-\d{5}' does not match (format|pattern)/.test(text));
  expect(own).toEqual([expect.stringContaining("'no-security-group' does not match format 'AWS::EC2::SecurityGroup.Id'")]);
  expect(withoutSamples(mistaken.warnings)).toEqual([]);
  expect(mistaken.exitCode).toBe(1);
});
