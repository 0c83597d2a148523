/**
 * A rewrite of the URL or host name of a request, after a rule has matched and before a target gets the request.
 *
 * It is a regular expression and the replacement of its first match, with `$1` for its first group. Without a match nothing changes. Each may have
 * 1,024 characters. A rule can have one rewrite for the URL and one for the host name, and a default rule none.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-transforms.html
 */
export interface Rewrite {
  readonly regex: string;
  readonly replace: string;
}

/**
 * Returns the rewrite that strips a path prefix: `/livestream/events?x=1` becomes `/events?x=1`, and `/livestream` alone becomes `/`.
 *
 * The result is the same if the load balancer applies it to the path, or to path and query together, which AWS does not document. Use it only for
 * paths of harmless segments: the load balancer decodes percent-encoding in a path that it rewrites
 * (kubernetes-sigs/aws-load-balancer-controller, issue 4579).
 *
 * @param path the path, of plain characters and without a slash at its end
 */
export function withoutPath(path: string): Rewrite {
  return { regex: `^${path}/?(.*)$`, replace: '/$1' };
}
