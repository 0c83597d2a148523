import { Stack } from 'aws-cdk-lib/core';
import { IRepository, Repository } from 'aws-cdk-lib/aws-ecr';
import { Construct } from 'constructs';

/** An image in a private ECR repository. */
const ECR_IMAGE = /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?\/(?<repository>[^:@]+)([:@](?<version>.+))?$/;

/** Returns whether an image is in a private ECR repository, so that it can be pulled without the internet. */
export function isInEcr(reference: string): boolean {
  return ECR_IMAGE.test(reference);
}

/**
 * Returns the private ECR repository of an image, and the image's tag or digest in it; undefined for another registry.
 *
 * @param scope the scope of the imported repository
 */
export function ecrRepository(scope: Construct, id: string, reference: string): { repository: IRepository; version?: string } | undefined {
  const ecr = ECR_IMAGE.exec(reference)?.groups;
  if (!ecr) {
    return undefined;
  }
  const repository = Repository.fromRepositoryAttributes(scope, id, {
    repositoryName: ecr.repository,
    repositoryArn: Stack.of(scope).formatArn({
      service: 'ecr',
      region: ecr.region,
      account: ecr.account,
      resource: 'repository',
      resourceName: ecr.repository,
    }),
  });
  return { repository, version: ecr.version };
}
