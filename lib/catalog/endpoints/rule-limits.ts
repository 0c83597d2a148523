/** Quotas of a load balancer and its rules. */
export const LIMITS = {
  /** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
  valuesPerRule: 5,
  /** Number of `*` and `?` in all values of a rule together. */
  wildcardsPerRule: 5,
  /** Length of one value, pattern or regular expression. */
  valueLength: 128,
  /** Number of rules on all listeners of a load balancer together, not counting default rules. AWS raises this quota on request. */
  rulesPerLoadBalancer: 100,
} as const;
