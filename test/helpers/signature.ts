import { createHash, createHmac } from 'node:crypto';
import { IncomingMessage } from 'node:http';

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * Whether a request that has arrived is signed as AWS wants it, for a path without anything to encode and without a query.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isSigned({ method, url, headers }: IncomingMessage, body: string, secret: string): boolean {
  const [, credential, names, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=(\w+)$/.exec(headers.authorization ?? '') ?? [];
  if (!signature) {
    return false;
  }
  const signed = names
    .split(';')
    .map((name) => `${name}:${String(headers[name]).trim()}\n`)
    .join('');
  const canonical = [method, url, '', signed, names, sha256(body)].join('\n');
  const [, ...scope] = credential.split('/');
  const key = scope.reduce<Buffer | string>((over, text) => createHmac('sha256', over).update(text).digest(), `AWS4${secret}`);
  const text = [ALGORITHM, headers['x-amz-date'], scope.join('/'), sha256(canonical)].join('\n');
  return createHmac('sha256', key).update(text).digest('hex') === signature;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
