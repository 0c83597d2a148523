/** The type of the custom resource that associates a cluster with a capacity provider. */
export const ASSOCIATION_TYPE = 'Custom::PostHogProviderAssociation';

/** The request to its function, and its properties. */
export interface AssociationRequest {
  readonly Cluster: string;
  readonly CapacityProvider: string;
}
