import { CfnResource } from 'aws-cdk-lib/core';
import { BaseServiceOptions, CfnClusterCapacityProviderAssociations, ICluster } from 'aws-cdk-lib/aws-ecs';
import { Dependable, IConstruct, IDependable } from 'constructs';

/**
 * Returns the capacity provider strategy of a service; none for the launch type.
 *
 * ECS changes a strategy only with a new deployment, so another strategy is another nonce (aws/aws-cdk#34631: "When switching from launch type to
 * capacity provider strategy on an existing service, or making a change to a capacity provider strategy [...], you must force a new deployment").
 */
export function strategyOf(capacityProvider: string | undefined): Pick<BaseServiceOptions, 'capacityProviderStrategies' | 'forceNewDeployment'> {
  return capacityProvider === undefined
    ? {}
    : { capacityProviderStrategies: [{ capacityProvider, weight: 1 }], forceNewDeployment: { enabled: true, nonce: capacityProvider } };
}

/**
 * Returns the dependency on the associations of a cluster with the capacity providers of Fargate; it is empty for an imported cluster.
 *
 * ECS refuses a service with a provider that the cluster does not have ("cannot contain a capacity provider that is not associated with the cluster",
 * dask/dask-cloudprovider#328), and keeps a provider that services use ("is in use and cannot be removed", aws/aws-cdk#15366). The CDK defines the
 * association in an aspect, so it is looked up when the CDK resolves dependencies, which is later.
 */
export function providerAssociations(cluster: ICluster): IDependable {
  const dependency: IDependable = {};
  Dependable.implement(dependency, {
    get dependencyRoots(): IConstruct[] {
      return cluster.node.findAll().filter((construct) => {
        return CfnResource.isCfnResource(construct) && construct.cfnResourceType === CfnClusterCapacityProviderAssociations.CFN_RESOURCE_TYPE_NAME;
      });
    },
  });
  return dependency;
}
