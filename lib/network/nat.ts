/**
 * Outbound internet access of private subnets, to pull images and to call other services.
 */
export enum NatMode {
  /** One NAT gateway for all zones. Its zone is a single point of failure for outbound traffic. */
  SINGLE = 'single',
  /** One NAT gateway per zone. */
  PER_ZONE = 'per-zone',
  /** One small EC2 instance that does NAT: cheapest, and a single point of failure for outbound traffic. */
  INSTANCE = 'instance',
  /** No internet access; interface endpoints for the AWS services that tasks need. Images must come from ECR. */
  NONE = 'none',
}

/** Returns the number of NAT gateways or instances. */
export function natGateways(nat: NatMode, zones: number): number {
  const count: Record<NatMode, number> = { [NatMode.SINGLE]: 1, [NatMode.PER_ZONE]: zones, [NatMode.INSTANCE]: 1, [NatMode.NONE]: 0 };
  return count[nat];
}
