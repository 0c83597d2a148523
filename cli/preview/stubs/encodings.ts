import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { decompress } from 'fzstd';
import { CAPTURE_V1_ENCODINGS } from '../../../lib/internal';

/** A content encoding that capture v1 does not support. */
export class UnsupportedEncoding extends Error {}

/** A body that does not match its content encoding, or that is larger than the limit when decompressed. */
export class UndecodableBody extends Error {}

/** Node.js supports zstd from version 22.15 on. This works in every version. */
const DECODERS: Readonly<Record<string, (body: Buffer, maxOutputLength: number) => Uint8Array>> = {
  gzip: (body, maxOutputLength) => gunzipSync(body, { maxOutputLength }),
  // With the zlib header, as in HTTP, or without (rust/capture/src/v1/util.rs).
  deflate: (body, maxOutputLength) => (body[0] === 0x78 ? inflateSync : inflateRawSync)(body, { maxOutputLength }),
  br: (body, maxOutputLength) => brotliDecompressSync(body, { maxOutputLength }),
  zstd: (body) => decompress(body),
};

/**
 * Decompresses a body as capture v1 does.
 *
 * @param body the body as it was sent
 * @param encoding the header `Content-Encoding`
 * @param limit the maximum size when decompressed, in bytes
 */
export function decoded(body: Buffer, encoding: string | undefined, limit: number): Buffer {
  if (encoding === undefined) {
    return body;
  }
  if (!CAPTURE_V1_ENCODINGS.includes(encoding)) {
    throw new UnsupportedEncoding(`unsupported content encoding: ${encoding}`);
  }
  let unpacked: Uint8Array;
  try {
    unpacked = DECODERS[encoding](body, limit);
  } catch (error) {
    throw new UndecodableBody(`${encoding} decompression failed: ${(error as Error).message}`);
  }
  if (unpacked.byteLength > limit) {
    throw new UndecodableBody(`decompressed ${encoding} payload exceeds limit of ${limit} bytes`);
  }
  return Buffer.from(unpacked);
}
