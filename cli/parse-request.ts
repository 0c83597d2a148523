/** The syntax of a method. */
export const METHOD = /^[A-Z]+$/;

const URL_PARTS = /^(?:(?<scheme>https?):\/\/(?<host>[^/?#]+))?(?<target>\/[^#]*)?(?:#.*)?$/s;

/** The parts of a URL as they were written. A URL parser would resolve `..` and decode. */
export interface UrlParts {
  readonly scheme?: string;
  readonly host?: string;
  /** Path and query. */
  readonly target?: string;
}

/** Parses an absolute URL or a path; undefined if a text is neither. A fragment is dropped, because no client sends it. */
export function urlParts(url: string): UrlParts | undefined {
  const parts: UrlParts = URL_PARTS.exec(url)?.groups ?? {};
  return parts.host === undefined && parts.target === undefined ? undefined : parts;
}
