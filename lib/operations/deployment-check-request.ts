import { HttpCheckName } from './http-checks';

/** The properties of the custom resource. CloudFormation converts all values to strings. */
export interface DeploymentCheckRequest {
  /** The load balancer's own name. */
  readonly LoadBalancerDnsName: string;
  readonly DomainName: string;
  readonly Checks: readonly HttpCheckName[];
  /** `true` if a load balancer that does not respond is a failure; `false` if it may allow other clients only. */
  readonly ExpectsRoute: 'true' | 'false';
  /** The task definitions of the services: the check runs again whenever one changes. */
  readonly TaskDefinitions: readonly string[];
}

/** The attributes of the custom resource. */
export interface DeploymentCheckAnswer {
  readonly Result: string;
}
