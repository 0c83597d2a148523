/** How a load balancer changes a text of a request: a regular expression, and what replaces its first match, with `$1` for its first group. */
export interface Rewrite {
  readonly regex: string;
  readonly replace: string;
}

/** What a rule changes in a request. */
export interface Rewrites {
  /** In path and query. */
  readonly url?: Rewrite;
  /** In the Host header. */
  readonly host?: Rewrite;
}

/** Applies a rewrite to a text. */
export function rewritten(text: string, rewrite: Rewrite | undefined): string {
  return rewrite ? text.replace(new RegExp(rewrite.regex), rewrite.replace) : text;
}
