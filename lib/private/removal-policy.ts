import { RemovalPolicy } from 'aws-cdk-lib/core';

/**
 * Returns the removal policy of a resource for the one that the user chose. Every resource that the library retains gets its policy from here.
 *
 * RETAIN becomes RETAIN_ON_UPDATE_OR_DELETE: resources of a first deployment that is rolled back are empty. Retained, they would cost money, and
 * their names and tags would conflict with those of the next attempt.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html (RetainExceptOnCreate)
 */
export function resourcePolicy(removalPolicy: RemovalPolicy): RemovalPolicy {
  return removalPolicy === RemovalPolicy.RETAIN ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : removalPolicy;
}
