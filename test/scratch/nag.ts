import { App, Stack, Validations } from 'aws-cdk-lib/core';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import { FEATURE_FLAGS, newPostHog } from '../helpers/stack';
import { AppAccess, NatMode } from '../../lib';

for (const hardened of [false, true]) {
  const app = new App({ context: { ...FEATURE_FLAGS, '@aws-cdk/core:validateAgainstDefaultRules': false } });
  const stack = new Stack(app, 'Stack', { env: { account: '111122223333', region: 'eu-central-1' } });
  newPostHog(stack, hardened ? { nat: NatMode.PER_ZONE, appAccess: AppAccess.fromCidrs(['203.0.113.0/24']), accessLogsBucket: Bucket.fromBucketName(stack, 'Logs', 'access-logs') } : {});
  app.synth();
  for (const pack of [new AwsSolutionsChecks(app), new NIST80053R5Checks(app)]) {
    const report = pack.validateScope(app);
    console.log('=====', hardened, pack.name, report.success);
    for (const v of report.violations) {
      console.log(v.ruleName, v.severity, v.violatingResources.length, v.description?.slice(0, 160));
      for (const r of v.violatingResources) console.log('    ', JSON.stringify(r).slice(0, 300));
    }
  }
}
void Validations;
