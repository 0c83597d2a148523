import {
  CfnOutput,
  DefaultTokenResolver,
  IResolvable,
  IResolveContext,
  IPostProcessor,
  Reference,
  ReferenceStrength,
  Stack,
  StringConcat,
  Token,
  Tokenization,
} from 'aws-cdk-lib/core';
import { IVpc } from 'aws-cdk-lib/aws-ec2';
import { DEFAULT_CROSS_STACK_REFERENCES } from 'aws-cdk-lib/cx-api';
import { Construct, IConstruct } from 'constructs';
import { Stores } from './posthog-stores';

/**
 * Defines an output of the stack for each value of its data stores and its network that another stack may refer to, whether one does or not.
 *
 * By default, the CDK defines those outputs that are used. A process that is added or removed in another stack would then change this one, and
 * CloudFormation refuses to remove an export that is in use.
 *
 * @param scope a construct of the stack
 * @param stores the data stores; those of other stacks are skipped
 * @param vpc the VPC; skipped if it is of another stack
 */
export function defineStackOutputs(scope: Construct, stores: Stores, vpc: IVpc): void {
  const stack = Stack.of(scope);
  if (stack.nestedStackParent) {
    // Its outputs change in the same update of the parent as everything that uses them.
    return;
  }
  const strength = (scope.node.tryGetContext(DEFAULT_CROSS_STACK_REFERENCES) as ReferenceStrength | undefined) ?? ReferenceStrength.STRONG;
  const strong = strength !== ReferenceStrength.WEAK;
  const defined = { strong, weak: strength !== ReferenceStrength.STRONG };
  for (const reference of referencesIn(scope, valuesOf(stores, vpc))) {
    defineOutput(stack, reference, defined);
  }
  // A reference to it is always weak; see `Kafka`.
  for (const reference of referencesIn(scope, [stores.kafka.bootstrapServers])) {
    defineOutput(stack, reference, { strong: false, weak: true });
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
    clickHouse.credentials,
    clickHouse.dictReaderCredentials,
  ];
  const { bucket } = objectStorage;
  return [
    vpc.vpcId,
    ...[...vpc.publicSubnets, ...vpc.privateSubnets, ...vpc.isolatedSubnets].map(({ subnetId }) => subnetId),
    ...[postgres, cache, kafka, clickHouse].flatMap(({ connections }) => connections.securityGroups).map(({ securityGroupId }) => securityGroupId),
    ...secrets.flatMap((secret) => (secret ? [secret.secretArn, secret.encryptionKey?.keyArn] : [])),
    postgres.host,
    postgres.instanceIdentifier,
    postgres.clusterIdentifier,
    cache.host,
    cache.replicationGroupId,
    kafka.clusterName,
    clickHouse.host,
    ...clickHouse.serverRoles.map(({ roleName }) => roleName),
    bucket.bucketName,
    bucket.bucketArn,
    bucket.encryptionKey?.keyArn,
  ];
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

/** Defines the outputs of a reference as the CDK does (aws-cdk-lib/core/lib/private/refs.ts), unless they exist. */
function defineOutput(stack: Stack, reference: Reference, { strong, weak }: { readonly strong: boolean; readonly weak: boolean }): void {
  if (strong) {
    stack.exportValue(reference);
  }
  if (weak) {
    const scope = (stack.node.tryFindChild(WEAK_SCOPE) as Construct | undefined) ?? new Construct(stack, WEAK_SCOPE);
    const id = `Output${JSON.stringify(stack.resolve(reference))}`;
    if (!scope.node.tryFindChild(id)) {
      new CfnOutput(scope, id, { value: Token.asString(reference) });
    }
  }
}

/** The construct id below which the CDK defines the outputs of weak references. */
const WEAK_SCOPE = 'Publish';
