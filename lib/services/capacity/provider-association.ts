import { CustomResource, Duration, Stack } from 'aws-cdk-lib/core';
import { ICluster } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { ASSOCIATION_TYPE, AssociationRequest } from './association-request';
import { providerAssociations } from './provider-strategy';
import { acknowledge, resultTexts } from '../../private/acknowledge';
import { ProgramFunction } from '../../private/program-function';

/**
 * The association of a cluster with one capacity provider.
 *
 * CloudFormation's own resource holds the list of all providers of a cluster, and is updated before the services: it could not remove a provider in
 * the update that moves the services away from it ("is in use and cannot be removed"). This one is deleted with the group of instances, at the end of
 * the update.
 */
export class ProviderAssociation extends Construct {
  /**
   * @param scope the scope
   * @param id the id
   * @param cluster the cluster, whose list of providers nothing else changes at the same time
   * @param capacityProvider the name of the capacity provider
   * @param previous the association that this one must wait for: each reads the list, and writes it with one more name
   */
  public constructor(scope: Construct, id: string, cluster: ICluster, capacityProvider: string, previous?: ProviderAssociation) {
    super(scope, id);
    const stack = Stack.of(this);
    const providers = stack.formatArn({ service: 'ecs', resource: 'capacity-provider', resourceName: '*' });
    const provider = ProgramFunction.of(this, ASSOCIATION_TYPE, {
      program: 'provider-association',
      description: 'PostHog capacity: associates capacity providers with the cluster',
      timeout: Duration.minutes(15),
      policyStatements: [
        { Effect: 'Allow', Action: ['ecs:DescribeClusters', 'ecs:PutClusterCapacityProviders'], Resource: cluster.clusterArn },
        { Effect: 'Allow', Action: 'ecs:DescribeCapacityProviders', Resource: providers },
      ],
    });
    acknowledge(
      provider,
      Object.fromEntries(
        resultTexts(stack, providers).map((text) => [`AwsSolutions-IAM5[Resource::${text}]`, 'it describes the capacity providers of the cluster']),
      ),
    );
    const request: AssociationRequest = { Cluster: cluster.clusterName, CapacityProvider: capacityProvider };
    const resource = new CustomResource(this, 'Resource', {
      serviceToken: provider.serviceToken,
      // The function responds in time; this covers a function that cannot be started.
      serviceTimeout: Duration.minutes(20),
      resourceType: ASSOCIATION_TYPE,
      properties: { ...request },
    });
    resource.node.addDependency(providerAssociations(cluster), ...(previous ? [previous] : []));
  }
}
