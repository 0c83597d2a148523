import {
  CfnResource,
  DefaultTokenResolver,
  IPostProcessor,
  IResolvable,
  IResolveContext,
  Reference,
  ReferenceStrength,
  Stack,
  StringConcat,
  Tokenization,
} from 'aws-cdk-lib/core';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { IVpc } from 'aws-cdk-lib/aws-ec2';
import { IConstruct } from 'constructs';
import { ClickHouseAppFiles } from './clickhouse/clickhouse-base';
import { Stores } from './posthog-stores';
import { keyOfSecret } from '../private/encrypted-secret';

/**
 * Exports each value of data stores and of their network that another stack may refer to, whether one does or not.
 *
 * By default, the CDK exports the values that are used. A process that is added or removed in another stack would then change this one, and
 * CloudFormation refuses to remove an export that is in use.
 *
 * References to these resources are strong, also in an app whose default is weak: with weak ones, CloudFormation plans to replace each updated
 * resource that has such a value in a property that cannot change, such as the VPC of a security group (aws/aws-cdk issue 38829).
 *
 * @param scope a construct of the exporting stack
 * @param stores the data stores; those of other stacks are skipped
 * @param vpc the VPC; skipped if it is of another stack
 */
export function exportStores(scope: IConstruct, stores: Stores, vpc: IVpc): void {
  const stack = Stack.of(scope);
  if (stack.nestedStackParent) {
    // Its outputs are updated together with everything that uses them, in one update of the parent.
    return;
  }
  for (const reference of referencesIn(scope, valuesOf(stores, vpc))) {
    if (CfnResource.isCfnResource(reference.target)) {
      reference.target.applyCrossStackReferenceStrength(ReferenceStrength.STRONG);
    }
    stack.exportValue(reference);
  }
}

/** Returns the values that PostHog, its metrics and its alarms refer to. */
function valuesOf({ postgres, cache, kafka, clickHouse, objectStorage }: Stores, vpc: IVpc): (string | undefined)[] {
  const secrets = [
    postgres.urlSecret,
    postgres.personsUrlSecret,
    postgres.nodeUrlSecret,
    postgres.nodePersonsUrlSecret,
    postgres.cyclotronUrlSecret,
    postgres.nodeCyclotronUrlSecret,
    postgres.credentials,
    postgres._singleLogin?.urlSecret,
    postgres._singleLogin?.nodeUrlSecret,
    postgres._singleLogin?.nodeCyclotronUrlSecret,
    postgres.readerUrlSecret,
    postgres.loginCredentials?.application,
    postgres.loginCredentials?.reader,
    postgres.loginCredentials?.temporal,
    clickHouse.credentials,
    clickHouse.dictReaderCredentials,
    clickHouse.readerCredentials,
  ];
  const { bucket } = objectStorage;
  const { imageParameter, reportParameters = [] }: Partial<ClickHouseAppFiles> = clickHouse.appFiles ?? {};
  return [
    vpc.vpcId,
    ...[...vpc.publicSubnets, ...vpc.privateSubnets, ...vpc.isolatedSubnets].map(({ subnetId }) => subnetId),
    ...[postgres, cache, kafka, clickHouse].flatMap(({ connections }) => connections.securityGroups).map(({ securityGroupId }) => securityGroupId),
    ...secrets.flatMap((secret) => (secret ? [secret.secretArn, keyOfSecret(secret)?.keyArn] : [])),
    postgres.host,
    postgres.instanceIdentifier,
    postgres.clusterIdentifier,
    cache.host,
    cache.replicationGroupId,
    kafka.bootstrapServers,
    kafka.clusterName,
    clickHouse.host,
    ...instanceNames(clickHouse._hasMetrics === false ? [kafka] : [kafka, clickHouse]),
    imageParameter?.parameterName,
    ...reportParameters.map(({ parameterName }) => parameterName),
    ...clickHouse.serverRoles.map(({ roleName }) => roleName),
    bucket.bucketName,
    bucket.bucketArn,
    bucket.encryptionKey?.keyArn,
  ];
}

/** Returns the names of the EC2 instances of data stores, as in their metrics. Managed data stores and most imported ones have none. */
function instanceNames(candidates: readonly IConstruct[]): string[] {
  return candidates
    .filter((store): store is IConstruct & { metricStatusCheckFailed(): Metric } => 'metricStatusCheckFailed' in store)
    .flatMap((store) => Object.values(store.metricStatusCheckFailed().dimensions ?? {}).map(String));
}

/** Returns the references to resources of the scope's stack in values. */
function referencesIn(scope: IConstruct, values: readonly (string | undefined)[]): Reference[] {
  const found: Reference[] = [];
  const resolver = new (class extends DefaultTokenResolver {
    public override resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
      if (Reference.isReference(token) && Stack.of(token.target) === Stack.of(scope)) {
        found.push(token);
      }
      return super.resolveToken(token, context, postProcessor);
    }
  })(new StringConcat());
  Tokenization.resolve(values, { scope, resolver });
  return found;
}
