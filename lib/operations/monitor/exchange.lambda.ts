import { connect as connectPlain, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** The address of a data store that the monitor speaks a protocol of its own with. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

const TIMEOUT_MS = 10_000;

/** The largest response that is read; those of the monitor have some kilobytes. */
const MAX_BYTES = 1024 * 1024;

/**
 * A connection to a data store, for one request after the other.
 *
 * Certificates are not verified, as PostHog's Rust services do not: nothing secret is sent, and brokers may have a private authority.
 */
export class Connection {
  /** Connects, and closes the connection when `use` has ended. */
  public static async to<T>({ host, port, tls }: Address, use: (connection: Connection) => Promise<T>): Promise<T> {
    const socket = tls ? connectTls({ host, port, servername: host, rejectUnauthorized: false }) : connectPlain({ host, port });
    const connection = new Connection(socket);
    try {
      return await use(connection);
    } finally {
      socket.destroy();
    }
  }

  private constructor(private readonly socket: Socket) {
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no response in ${TIMEOUT_MS / 1000} seconds`)));
  }

  /**
   * Sends a request and returns its response. Throws if the connection ends before.
   *
   * @param request the bytes to send
   * @param read returns the response in the received bytes; undefined as long as it is not complete
   */
  public exchange<T>(request: Buffer, read: (received: Buffer) => T | undefined): Promise<T> {
    const { socket } = this;
    return new Promise((resolve, reject) => {
      let received = Buffer.alloc(0);
      const end = (act: () => void) => {
        socket.removeAllListeners('data').removeAllListeners('error').removeAllListeners('close');
        socket.on('error', () => undefined); // After the response, nothing depends on the connection.
        act();
      };
      socket.on('error', (error) => end(() => reject(error)));
      socket.on('close', () => end(() => reject(new Error('the connection was closed before the response'))));
      socket.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        try {
          const response = read(received);
          if (response !== undefined) {
            end(() => resolve(response));
          } else if (received.length > MAX_BYTES) {
            throw new Error(`the response is longer than ${MAX_BYTES} bytes`);
          }
        } catch (error) {
          end(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      });
      socket.write(request);
    });
  }
}
