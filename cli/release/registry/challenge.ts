/** The bearer challenge of a registry. */
export interface Challenge {
  readonly realm: string;
  readonly service?: string;
  readonly scope?: string;
}

const PARAMETER = /(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g;

/**
 * Parses the bearer challenge of a `WWW-Authenticate` header; undefined if there is none.
 *
 * Values may have commas, as a scope of several actions does, and there may be challenges of other schemes before and after it (RFC 9110,
 * section 11.6.1).
 */
export function bearerChallenge(header: string | null): Challenge | undefined {
  const after = /(?:^|,)\s*Bearer\s+(.*)$/i.exec(header ?? '')?.[1];
  if (after === undefined) {
    return undefined;
  }
  const parameters = new Map<string, string>();
  for (const [, name, quoted, plain] of after.matchAll(PARAMETER)) {
    // A repeated parameter belongs to the next challenge.
    parameters.set(name.toLowerCase(), parameters.get(name.toLowerCase()) ?? quoted?.replace(/\\(.)/g, '$1') ?? plain);
  }
  const realm = parameters.get('realm');
  return realm === undefined ? undefined : { realm, service: parameters.get('service'), scope: parameters.get('scope') };
}

/** Returns the URL of the token for a challenge, for reading a repository. */
export function tokenUrl({ realm, service, scope }: Challenge, repository: string): URL {
  const url = new URL(realm);
  if (service !== undefined) {
    url.searchParams.set('service', service);
  }
  url.searchParams.set('scope', scope ?? `repository:${repository}:pull`);
  return url;
}
