import { createServer, IncomingMessage } from 'node:http';
import { AddressInfo } from 'node:net';
import { ClickHouseClient, ClickHouseError } from '../../lib/operations/clickhouse-client';

interface Received {
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Runs a stub of ClickHouse that answers once, and returns what it received. */
async function against<T>(answer: { status: number; body: string; code?: string }, use: (client: ClickHouseClient) => Promise<T>) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ url: new URL(request.url ?? '', 'http://stub'), headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(answer.status, answer.code === undefined ? {} : { 'X-ClickHouse-Exception-Code': answer.code });
      response.end(answer.body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const connection = { host: '127.0.0.1', port, tls: false, verifyCertificate: false, database: 'posthog', username: 'reader', password: 'secret' };
  try {
    return { result: await use(new ClickHouseClient(connection, 5_000)).catch((error: unknown) => error), received };
  } finally {
    server.close();
  }
}

test('a query sends its parameters apart from its text, and returns rows', async () => {
  const { result, received } = await against({ status: 200, body: '{"rows":"12"}\n{"rows":"7"}\n' }, (client) =>
    client.query('SELECT {table:String}', { table: "events' OR 1" }),
  );
  expect(result).toEqual([{ rows: '12' }, { rows: '7' }]);
  const [{ url, headers, body }] = received;
  expect(body).toBe('SELECT {table:String}');
  expect(Object.fromEntries(url.searchParams)).toMatchObject({ param_table: "events' OR 1", database: 'posthog', wait_end_of_query: '1' });
  expect(headers).toMatchObject({ 'x-clickhouse-user': 'reader', 'x-clickhouse-key': 'secret' });
  expect(url.href).not.toContain('secret');
});

test('an error of ClickHouse has its number and the beginning of its text', async () => {
  const body = `Code: 60. DB::Exception: Unknown table. ${'x'.repeat(5_000)}`;
  const { result } = await against({ status: 404, body, code: '60' }, (client) => client.run('SELECT 1'));
  expect(result).toBeInstanceOf(ClickHouseError);
  expect(result).toMatchObject({ code: 60 });
  expect((result as Error).message).toMatch(/^ClickHouse answered 404: Code: 60\. DB::Exception: Unknown table\./);
  expect((result as Error).message.length).toBeLessThan(1_100);
});

test('a server that does not answer ends the query after its time', async () => {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const connection = { host: '127.0.0.1', port, tls: false, verifyCertificate: false, database: 'posthog', username: 'reader', password: 'secret' };
  await expect(new ClickHouseClient(connection, 100).run('SELECT 1')).rejects.toThrow();
  server.closeAllConnections();
  server.close();
});
