import { once } from 'node:events';
import { connect, Socket } from 'node:net';

/** What came back, until the connection was closed. */
export interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Opens a connection to nginx from an address of the loopback network. */
export async function open(port: number, from: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  await once(socket, 'connect');
  return socket;
}

/** Sends exactly these bytes and reads until nginx closes. A reset counts as the end: nginx need not read what it refuses. */
export async function exchange(port: number, from: string, bytes: string): Promise<Answer> {
  const socket = await open(port, from);
  socket.write(bytes, 'latin1');
  return answerOn(socket);
}

/** Reads an answer until the connection is closed. */
export async function answerOn(socket: Socket): Promise<Answer> {
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  await once(socket, 'close');
  const [head, ...rest] = text.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body: rest.join('\r\n\r\n') };
}

/** A request with these header lines, after which nginx closes. */
export function get(lines: readonly string[], target = '/e'): string {
  return `GET ${target} HTTP/1.1\r\nHost: posthog.example.com\r\nConnection: close\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
}
