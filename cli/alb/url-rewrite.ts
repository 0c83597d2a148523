/** A rewrite of a part of a request: a regular expression and the replacement of its first match, with `$1` for its first group. */
export interface Rewrite {
  readonly regex: string;
  readonly replace: string;
}

/** The rewrites of a rule. */
export interface Rewrites {
  /** The rewrite of path and query. */
  readonly url?: Rewrite;
  /** The rewrite of the Host header. */
  readonly host?: Rewrite;
}

/** Applies a rewrite to a text. */
export function rewritten(text: string, rewrite: Rewrite | undefined): string {
  return rewrite ? text.replace(new RegExp(rewrite.regex), rewrite.replace) : text;
}
