import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { listening } from '../../../helpers/free-port';

/** Answers one request; returns false where the registry is to answer as usual. */
export type Interruption = (request: IncomingMessage, response: ServerResponse, url: URL) => boolean;

/** A registry with one image, and configurable faults. */
export interface StubRegistry {
  readonly host: string;
  /** The image that it holds. */
  readonly image: string;
  /** Method and path of every request, in their order. */
  readonly requests: string[];
  /** Answers before the registry does; the last one that was set. */
  interrupt(interruption: Interruption): void;
  stop(): Promise<void>;
}

const CONFIG = Buffer.from(
  JSON.stringify({
    os: 'linux',
    architecture: 'amd64',
    created: '2026-09-11T08:15:30Z',
    config: { Labels: { 'org.opencontainers.image.revision': 'c'.repeat(40) } },
  }),
);
const MANIFEST = Buffer.from(JSON.stringify({ schemaVersion: 2, config: { digest: digestOf(CONFIG) } }));
const INDEX = Buffer.from(
  JSON.stringify({ schemaVersion: 2, manifests: [{ digest: digestOf(MANIFEST), platform: { os: 'linux', architecture: 'amd64' } }] }),
);

/** The digest of the image. */
export const IMAGE_DIGEST = digestOf(INDEX);
export const CONFIG_DIGEST = digestOf(CONFIG);

const CONTENTS: Readonly<Record<string, Buffer>> = {
  'manifests/1': INDEX,
  [`manifests/${IMAGE_DIGEST}`]: INDEX,
  [`manifests/${digestOf(MANIFEST)}`]: MANIFEST,
  [`blobs/${CONFIG_DIGEST}`]: CONFIG,
};

/** Starts it on loopback, on a port that the system picks. It ends with the tests of the file. */
export async function startStubRegistry(): Promise<StubRegistry> {
  const requests: string[] = [];
  let interruption: Interruption = () => false;
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://localhost');
    requests.push(`${request.method} ${request.url}`);
    if (!interruption(request, response, url)) {
      answer(url, response);
    }
  });
  const port = await listening(server);
  return {
    host: `localhost:${port}`,
    image: `localhost:${port}/posthog/app:1`,
    requests,
    interrupt: (next) => {
      interruption = next;
      requests.length = 0;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** What the registry sends as usual. */
export function answer(url: URL, response: ServerResponse): void {
  const body = CONTENTS[url.pathname.replace('/v2/posthog/app/', '')];
  if (!body) {
    response
      .writeHead(404, { 'content-type': 'application/json' })
      .end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }));
    return;
  }
  response.writeHead(200, { 'docker-content-digest': digestOf(body), 'content-length': body.length }).end(body);
}

function digestOf(body: Buffer): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}
