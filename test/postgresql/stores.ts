import { createServer as createHttpServer, IncomingHttpHeaders, RequestListener, Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { AddressInfo, createServer, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { generate } from 'selfsigned';
import { listening } from '../helpers/free-port';

/** A query that ClickHouse got over HTTP. */
export interface Query {
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

/** What ClickHouse answers: a text, or what it refuses with. */
export type ClickHouseAnswer = string | { readonly status: number; readonly text: string };

export const HALF_FREE = 'ch1\tdefault\t107374182400\t214748364800\n';

/** A stub of the stores that the script only wants an answer of, and for ClickHouse's HTTP interface, each with and without TLS. */
export class StubStores {
  public static async start(): Promise<StubStores> {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], { algorithm: 'sha256' });
    const stores = new StubStores({ key, cert });
    await Promise.all(stores.servers.map(listening));
    return stores;
  }

  /** What ClickHouse has been asked. */
  public queries: Query[] = [];
  /** What ClickHouse answers. */
  public clickHouse: (query: string) => ClickHouseAnswer = answerAsClickHouse;
  /** What the cache says to a PING; nothing where it does not answer. */
  public pong: string | undefined = '+PONG';

  private readonly plainClickHouse: HttpServer;
  private readonly tlsClickHouse: HttpServer;
  private readonly plainCache: Server;
  private readonly tlsCache: Server;
  private readonly kafka = createServer();
  private readonly metadata = createHttpServer((_, response) => {
    response.end(JSON.stringify({ TaskARN: 'arn:aws:ecs:eu-central-1:111122223333:task/posthog/0123456789abcdef0123456789abcdef' }));
  });

  private constructor(tls: { key: string; cert: string }) {
    const asked: RequestListener = (request, response) => {
      let text = '';
      request
        .on('data', (chunk) => {
          text += chunk;
        })
        .on('end', () => {
          this.queries.push({ text, headers: request.headers });
          const answer = this.clickHouse(text);
          const { status, text: body } = typeof answer === 'string' ? { status: 200, text: answer } : answer;
          response.writeHead(status).end(body);
        });
    };
    const pinged = (socket: Socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', () => socket.end(this.pong === undefined ? '' : `${this.pong}\r\n`));
    };
    this.plainClickHouse = createHttpServer(asked);
    this.tlsClickHouse = createHttpsServer(tls, asked);
    this.plainCache = createServer(pinged);
    this.tlsCache = createTlsServer(tls, pinged);
  }

  /** Their settings for the script. */
  public environment(tls = false): Record<string, string> {
    const cache = tls ? `rediss://127.0.0.1:${portOf(this.tlsCache)}/?ssl_cert_reqs=required` : `redis://127.0.0.1:${portOf(this.plainCache)}/`;
    return {
      CLICKHOUSE_HOST: '127.0.0.1',
      CLICKHOUSE_SECURE: String(tls),
      CLICKHOUSE_VERIFY: 'false',
      CLICKHOUSE_USER: 'posthog',
      CLICKHOUSE_PASSWORD: 'secret',
      CLICKHOUSE_HTTP_PORT: String(portOf(tls ? this.tlsClickHouse : this.plainClickHouse)),
      REDIS_URL: cache,
      KAFKA_HOSTS: `127.0.0.1:${portOf(this.kafka)},127.0.0.1:1`,
      ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${portOf(this.metadata)}`,
    };
  }

  public stop(): void {
    this.servers.forEach((server) => server.close());
    [this.plainClickHouse, this.tlsClickHouse, this.metadata].forEach((server) => server.closeAllConnections());
  }

  private get servers(): Server[] {
    return [this.plainClickHouse, this.tlsClickHouse, this.plainCache, this.tlsCache, this.kafka, this.metadata];
  }
}

/** A ClickHouse of one server whose disk is half empty. */
export function answerAsClickHouse(query: string): string {
  return query.includes('system.disks') ? HALF_FREE : '';
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
