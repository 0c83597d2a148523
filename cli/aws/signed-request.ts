import { createHash, createHmac } from 'node:crypto';

/** Credentials of a request. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request to an API that takes JSON. */
export interface JsonRequest {
  /** The name of the service in signatures and host names, such as `monitoring`. */
  readonly service: string;
  readonly endpoint: string;
  readonly region: string;
  /** The header `x-amz-target`. */
  readonly target: string;
  readonly body: object;
  readonly now: Date;
}

const CONTENT_TYPE = 'application/x-amz-json-1.0';

/**
 * Returns the body and the headers of a request, signed with Signature Version 4.
 *
 * For APIs of which the bundle has no client: one action is not worth another one.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signedRequest(
  { service, endpoint, region, target, body, now }: JsonRequest,
  { accessKeyId, secretAccessKey, sessionToken }: SigningCredentials,
): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const text = JSON.stringify(body);
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const sent = {
    'content-type': CONTENT_TYPE,
    'x-amz-date': time,
    ...(sessionToken ? { 'x-amz-security-token': sessionToken } : {}),
    'x-amz-target': target,
  };
  // The HTTP client sends the header of the host.
  const headers: Readonly<Record<string, string>> = { ...sent, host: new URL(endpoint).host };
  const names = Object.keys(headers).sort();
  const signed = names.join(';');
  const canonical = ['POST', '/', '', ...names.map((name) => `${name}:${headers[name]}`), '', signed, sha256(text)].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = [day, region, service, 'aws4_request'].reduce<Buffer | string>((parent, part) => hmac(parent, part), `AWS4${secretAccessKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex');
  return {
    body: text,
    headers: { ...sent, authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}` },
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
