/**
 * How servers behind the load balancer read a request target. Measured with the real ones: NGINX Unit 1.35, Granian 2.7.6, nginx 1.22
 * (`proxy_pass` with a path). Each returns the path that the program behind it compares with its routes.
 */
export const SERVERS: Readonly<Record<string, (target: string) => string>> = {
  /** Decodes once, and leaves dot segments and doubled slashes as they are. */
  'Granian': (target) => decoded(pathOf(target)),
  /** Decodes, then resolves dot segments and merges slashes. */
  'NGINX Unit': (target) => resolved(decoded(pathOf(target))),
  /** The same, before the path is encoded again for the next server. */
  'nginx that normalises, then Granian': (target) => resolved(decoded(pathOf(target))),
};

/** The path of a target: without its scheme and host, its query and its fragment. */
function pathOf(target: string): string {
  const path = target.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  return path.startsWith('/') ? path : `/${path}`;
}

function decoded(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

function resolved(path: string): string {
  const segments: string[] = [];
  const parts = path.split('/');
  for (const part of parts) {
    if (part === '..') {
      segments.pop();
    } else if (part !== '' && part !== '.') {
      segments.push(part);
    }
  }
  const isFolder = ['', '.', '..'].includes(parts.at(-1)!) && segments.length > 0;
  return `/${segments.join('/')}${isFolder ? '/' : ''}`;
}
