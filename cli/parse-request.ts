/** A method, as it must be written. */
export const METHOD = /^[A-Z]+$/;

const URL_PARTS = /^(?:(?<scheme>https?):\/\/(?<host>[^/?#]+))?(?<target>\/[^#]*)?(?:#.*)?$/s;

/** What a URL says about a request, as it was written: a URL parser would resolve `..` and decode. */
export interface UrlParts {
  readonly scheme?: string;
  readonly host?: string;
  /** Path and query. */
  readonly target?: string;
}

/** The parts of an absolute URL, or of a path alone; undefined where a text is neither. A fragment is left out, for nobody sends it. */
export function urlParts(url: string): UrlParts | undefined {
  const parts: UrlParts = URL_PARTS.exec(url)?.groups ?? {};
  return parts.host === undefined && parts.target === undefined ? undefined : parts;
}
