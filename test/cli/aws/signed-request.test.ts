import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { signedRequest } from '../../../cli/aws/signed-request';

type Source = string | ArrayBuffer | ArrayBufferView;

function bytesOf(source: Source): string | Uint8Array {
  return typeof source === 'string' || source instanceof Uint8Array ? source : new Uint8Array(ArrayBuffer.isView(source) ? source.buffer : source);
}

/** A hash as the SDK's signer takes it. */
class Sha256 {
  private readonly hash;

  public constructor(secret?: Source) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  public update(data: Source): void {
    this.hash.update(bytesOf(data));
  }

  public digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }

  public reset(): void {
    throw new Error('not used');
  }
}

test.each([undefined, 'a session token'])('a request is signed as the SDK signs it, with the session token %j', async (sessionToken) => {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', sessionToken };
  const now = new Date('2026-07-01T12:34:56.789Z');
  const endpoint = 'https://monitoring.eu-central-1.amazonaws.com';
  const request = { service: 'monitoring', region: 'eu-central-1', endpoint, target: 'Granite.DescribeAlarms', body: { StateValue: 'ALARM' }, now };
  const { body, headers } = signedRequest(request, credentials);

  const signer = new SignatureV4({ credentials, region: request.region, service: request.service, sha256: Sha256, applyChecksum: false });
  const expected = await signer.sign(
    {
      method: 'POST',
      protocol: 'https:',
      hostname: new URL(endpoint).host,
      path: '/',
      query: {},
      headers: { 'host': new URL(endpoint).host, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': request.target },
      body,
    },
    { signingDate: now },
  );
  expect(body).toBe('{"StateValue":"ALARM"}');
  expect(headers.authorization).toBe(expected.headers.authorization);
  expect(headers['x-amz-security-token']).toBe(sessionToken);
});
