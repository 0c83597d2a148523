/**
 * How what runs in private subnets reaches the internet, to load images and to call other services.
 */
export enum NatMode {
  /** One NAT gateway for all zones. Its zone is a single point of failure for outbound traffic. */
  SINGLE = 'single',
  /** One NAT gateway a zone. */
  PER_ZONE = 'per-zone',
  /** One small EC2 instance that does NAT: cheapest, and a single point of failure for outbound traffic. */
  INSTANCE = 'instance',
  /** No way to the internet; interface endpoints for what the tasks themselves need. Images must come from ECR. */
  NONE = 'none',
}
