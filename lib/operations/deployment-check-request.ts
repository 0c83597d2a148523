import { HttpCheckName } from './http-checks';

/** The properties of the custom resource. CloudFormation makes texts of everything. */
export interface DeploymentCheckRequest {
  /** The load balancer's own name. */
  readonly LoadBalancerDnsName: string;
  readonly DomainName: string;
  readonly Checks: readonly HttpCheckName[];
  /** `true` where a load balancer that does not answer is a fault; `false` where it may admit others only. */
  readonly ExpectsRoute: 'true' | 'false';
  /** The task definitions of the services: the check runs again whenever one changes. */
  readonly TaskDefinitions: readonly string[];
}

/** What the custom resource has to say. */
export interface DeploymentCheckAnswer {
  readonly Result: string;
}
