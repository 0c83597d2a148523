/**
 * How a load balancer changes a text of a request before a target gets it. Which rule a request meets has been decided by then.
 *
 * A regular expression and what takes the place of its first match, with `$1` for its first group; no match, no change. Each may have 1,024
 * characters, a rule may have one for the URL and one for the host name, and a default rule none.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-transforms.html
 */
export interface Rewrite {
  readonly regex: string;
  readonly replace: string;
}

/**
 * Takes a path off the front of a URL: `/livestream/events?x=1` becomes `/events?x=1`, and `/livestream` alone becomes `/`.
 *
 * It says the same whether the load balancer applies it to the path, or to path and query together, which AWS leaves open. It must only see paths
 * of harmless segments: while it rewrites, the load balancer decodes percent-encoding in the path (kubernetes-sigs/aws-load-balancer-controller,
 * issue 4579).
 *
 * @param path the path, of plain characters and without a slash at its end
 */
export function withoutPath(path: string): Rewrite {
  return { regex: `^${path}/?(.*)$`, replace: '/$1' };
}
