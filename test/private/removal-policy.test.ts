import { RemovalPolicy } from 'aws-cdk-lib/core';
import { resourcePolicy } from '../../lib/private/removal-policy';

test('resourcePolicy deletes retained resources of a first creation that is rolled back', () => {
  expect(Object.values(RemovalPolicy).map((policy) => [policy, resourcePolicy(policy)])).toEqual([
    ['destroy', 'destroy'],
    ['retain', 'retain-on-update-or-delete'],
    ['snapshot', 'snapshot'],
    ['retain-on-update-or-delete', 'retain-on-update-or-delete'],
  ]);
});
