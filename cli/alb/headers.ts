/** A header as it is sent over the wire: its name in its original spelling, and its value. */
export type Header = readonly [name: string, value: string];

/** A load balancer's attributes, by their key in the API. A missing attribute has AWS's default. */
export type LoadBalancerAttributes = Readonly<Record<string, string>>;

/** The attributes that decide which headers a target receives, with AWS's defaults. */
export const HEADER_ATTRIBUTES = {
  XFF_MODE: { key: 'routing.http.xff_header_processing.mode', defaultValue: 'append' },
  XFF_CLIENT_PORT: { key: 'routing.http.xff_client_port.enabled', defaultValue: 'false' },
  DROP_INVALID: { key: 'routing.http.drop_invalid_header_fields.enabled', defaultValue: 'false' },
  PRESERVE_HOST: { key: 'routing.http.preserve_host_header.enabled', defaultValue: 'false' },
} as const;

/** A header name that the load balancer and nginx accept as valid. */
export const VALID_NAME = /^[A-Za-z0-9-]+$/;

/** The connection of a request. */
export interface Connection {
  /** The address that connected to the load balancer. */
  readonly sourceIp: string;
  readonly sourcePort?: number;
  /** The port of the listener. */
  readonly listenerPort: number;
  /** Indicates whether the listener terminates TLS. */
  readonly tls: boolean;
}

/** Returns the value of an attribute, AWS's default where it is not set. */
export function attribute(
  attributes: LoadBalancerAttributes,
  { key, defaultValue }: { readonly key: string; readonly defaultValue: string },
): string {
  return attributes[key] ?? defaultValue;
}

/**
 * Returns the headers of a request as the load balancer forwards them.
 *
 * It appends the address that connected to `X-Forwarded-For` (or keeps the header as it is, or removes it), and sets `X-Forwarded-Proto` and
 * `X-Forwarded-Port` itself. Every other header reaches the target as the client sent it, `X-Forwarded-Host` and `Forwarded` included.
 * Several lines of `X-Forwarded-For` are joined, as HTTP allows. AWS does not document how its load balancer treats them.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
 * @param headers the headers as the client sent them
 * @param connection the connection of the request
 * @param attributes the load balancer's attributes
 */
export function forwardedHeaders(headers: readonly Header[], connection: Connection, attributes: LoadBalancerAttributes): Header[] {
  const dropsInvalid = attribute(attributes, HEADER_ATTRIBUTES.DROP_INVALID) === 'true';
  const kept = headers.filter(([name]) => !OWN.includes(name.toLowerCase()) && (!dropsInvalid || VALID_NAME.test(name)));
  const received = valuesOf(headers, XFF).join(', ');
  const value =
    { append: [received, addressOf(connection, attributes)].filter(Boolean).join(', '), preserve: received, remove: '' }[
      attribute(attributes, HEADER_ATTRIBUTES.XFF_MODE)
    ] ?? received;
  return [
    ...kept,
    ...(value ? [['X-Forwarded-For', value] as const] : []),
    ['X-Forwarded-Proto', connection.tls ? 'https' : 'http'],
    ['X-Forwarded-Port', String(connection.listenerPort)],
  ];
}

/** Returns the values of a header, one for each of its lines. */
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
