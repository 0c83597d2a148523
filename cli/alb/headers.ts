/** A header as it stands on the wire: its name as it was spelled, and its value. */
export type Header = readonly [name: string, value: string];

/** A load balancer's attributes, by their key in the API. What is missing has AWS's default. */
export type LoadBalancerAttributes = Readonly<Record<string, string>>;

/** The attributes that decide which headers a target gets, with AWS's defaults. */
export const HEADER_ATTRIBUTES = {
  XFF_MODE: { key: 'routing.http.xff_header_processing.mode', defaultValue: 'append' },
  XFF_CLIENT_PORT: { key: 'routing.http.xff_client_port.enabled', defaultValue: 'false' },
  DROP_INVALID: { key: 'routing.http.drop_invalid_header_fields.enabled', defaultValue: 'false' },
  PRESERVE_HOST: { key: 'routing.http.preserve_host_header.enabled', defaultValue: 'false' },
} as const;

/** What the load balancer, and nginx, take for a valid name of a header. */
export const VALID_NAME = /^[A-Za-z0-9-]+$/;

/** The connection that a request came in on. */
export interface Connection {
  /** The address that connected to the load balancer. */
  readonly sourceIp: string;
  readonly sourcePort?: number;
  /** The port of the listener, and whether it ends TLS. */
  readonly listenerPort: number;
  readonly tls: boolean;
}

/** The value of an attribute, AWS's default where it is not set. */
export function attribute(attributes: LoadBalancerAttributes, { key, defaultValue }: { readonly key: string; readonly defaultValue: string }): string {
  return attributes[key] ?? defaultValue;
}

/**
 * The headers of a request as the load balancer hands them on.
 *
 * It appends the address that connected to `X-Forwarded-For` (or keeps the header as it is, or removes it), and sets `X-Forwarded-Proto` and
 * `X-Forwarded-Port` itself. Every other header reaches the target as the visitor wrote it, `X-Forwarded-Host` and `Forwarded` too. Several
 * lines of `X-Forwarded-For` are taken together, as HTTP allows; AWS does not say what its load balancer does with them.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
 * @param headers the headers as the visitor sent them
 * @param connection how the request came in
 * @param attributes the load balancer's attributes
 */
export function forwardedHeaders(headers: readonly Header[], connection: Connection, attributes: LoadBalancerAttributes): Header[] {
  const dropsInvalid = attribute(attributes, HEADER_ATTRIBUTES.DROP_INVALID) === 'true';
  const kept = headers.filter(([name]) => !OWN.includes(name.toLowerCase()) && (!dropsInvalid || VALID_NAME.test(name)));
  const given = valuesOf(headers, XFF).join(', ');
  const value = { append: [given, addressOf(connection, attributes)].filter(Boolean).join(', '), preserve: given, remove: '' }[attribute(attributes, HEADER_ATTRIBUTES.XFF_MODE)] ?? given;
  return [
    ...kept,
    ...(value ? [['X-Forwarded-For', value] as const] : []),
    ['X-Forwarded-Proto', connection.tls ? 'https' : 'http'],
    ['X-Forwarded-Port', String(connection.listenerPort)],
  ];
}

/** The values of a header, one for each line that it has. */
export function valuesOf(headers: readonly Header[], name: string): string[] {
  return headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
}

const XFF = 'x-forwarded-for';
const OWN = [XFF, 'x-forwarded-proto', 'x-forwarded-port'];

function addressOf({ sourceIp, sourcePort }: Connection, attributes: LoadBalancerAttributes): string {
  if (attribute(attributes, HEADER_ATTRIBUTES.XFF_CLIENT_PORT) !== 'true' || sourcePort === undefined) {
    return sourceIp;
  }
  return sourceIp.includes(':') ? `[${sourceIp}]:${sourcePort}` : `${sourceIp}:${sourcePort}`;
}
