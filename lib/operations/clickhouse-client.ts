import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** A ClickHouse server and a user of it. */
export interface ClickHouseServer {
  readonly host: string;
  /** The port of the HTTP interface. */
  readonly port: number;
  readonly tls: boolean;
  /** Indicates whether the certificate is verified. That of a `ClickHouse` is signed by the server itself. */
  readonly verifyCertificate: boolean;
  readonly database: string;
  readonly username: string;
  readonly password: string;
}

/** Values of a statement's parameters, `{name:Type}` in its text. */
export type ClickHouseParameters = Readonly<Record<string, string | number>>;

/** An error that ClickHouse answered. */
export class ClickHouseError extends Error {
  /**
   * @param message the text
   * @param code ClickHouse's number of the error, such as 60 for an unknown table; undefined if it answered without one
   */
  public constructor(
    message: string,
    public readonly code: number | undefined,
  ) {
    super(message);
    this.name = 'ClickHouseError';
  }
}

/** The part of an error's text that is kept; ClickHouse may append the whole statement. */
const MAX_ERROR_LENGTH = 1_000;

/** The time that a statement may take, unless the caller allows more. */
const TIMEOUT_MS = 30_000;

/**
 * Sends statements to a ClickHouse server over its HTTP interface.
 *
 * @see https://clickhouse.com/docs/interfaces/http
 */
export class ClickHouseClient {
  public constructor(
    private readonly server: ClickHouseServer,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {}

  /**
   * Runs a query and returns its rows. Numbers of 64 bits are texts, as ClickHouse writes them in JSON.
   *
   * Throws a `ClickHouseError` if ClickHouse refuses it, and the error of the connection if there is none.
   */
  public async query<Row extends object>(statement: string, parameters: ClickHouseParameters = {}): Promise<Row[]> {
    const text = await this.send(statement, { ...prefixed(parameters), default_format: 'JSONEachRow' });
    // An error after the first rows is a line that is no JSON (`http_write_exception_in_output_format`): it throws here.
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  }

  /** Runs a statement that returns nothing. Throws as `query()` does. */
  public async run(statement: string, parameters: ClickHouseParameters = {}): Promise<void> {
    await this.send(statement, prefixed(parameters));
  }

  private send(statement: string, query: Readonly<Record<string, string>>): Promise<string> {
    const { host, port, tls, verifyCertificate, database, username, password } = this.server;
    const path = `/?${new URLSearchParams({ ...query, database, wait_end_of_query: '1' }).toString()}`;
    const options = {
      host,
      port,
      method: 'POST',
      path,
      agent: false,
      rejectUnauthorized: verifyCertificate,
      signal: AbortSignal.timeout(this.timeoutMs),
      headers: {
        'content-length': String(Buffer.byteLength(statement)),
        'x-clickhouse-user': username,
        'x-clickhouse-key': password,
      },
    };
    return new Promise((resolve, reject) => {
      const sent = (tls ? httpsRequest : httpRequest)(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode === 200) {
            resolve(text);
          } else {
            const code = response.headers['x-clickhouse-exception-code'];
            reject(new ClickHouseError(errorText(response.statusCode, text), typeof code === 'string' ? Number(code) : undefined));
          }
        });
      });
      sent.on('error', reject);
      sent.end(statement);
    });
  }
}

function prefixed(parameters: ClickHouseParameters): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [`param_${name}`, String(value)]));
}

function errorText(status: number | undefined, text: string): string {
  return `ClickHouse answered ${status}: ${text.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_ERROR_LENGTH)}`;
}
