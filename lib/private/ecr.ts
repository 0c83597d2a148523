import { Stack } from 'aws-cdk-lib/core';
import { IRepository, Repository } from 'aws-cdk-lib/aws-ecr';
import { Construct } from 'constructs';

/** An image in a private ECR repository. */
const ECR_IMAGE = /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?\/(?<repository>[^:@]+)([:@](?<version>.+))?$/;

/** Whether an image lies in a private ECR repository, and so can be loaded without the internet. */
export function isInEcr(reference: string): boolean {
  return ECR_IMAGE.test(reference);
}

/**
 * The private ECR repository of an image, and the image's tag or digest in it; undefined where it lies elsewhere.
 *
 * @param scope where to define it, named by `id`
 */
export function ecrRepository(scope: Construct, id: string, reference: string): { repository: IRepository; version?: string } | undefined {
  const ecr = ECR_IMAGE.exec(reference)?.groups;
  if (!ecr) {
    return undefined;
  }
  const repository = Repository.fromRepositoryAttributes(scope, id, {
    repositoryName: ecr.repository,
    repositoryArn: Stack.of(scope).formatArn({ service: 'ecr', region: ecr.region, account: ecr.account, resource: 'repository', resourceName: ecr.repository }),
  });
  return { repository, version: ecr.version };
}
