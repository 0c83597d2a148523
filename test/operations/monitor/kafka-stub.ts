import { AddressInfo, createServer, Server, Socket } from 'node:net';

/** A topic of the stub: the times of its messages, in milliseconds, by partition. */
export type StubTopics = Readonly<Record<string, readonly (readonly number[])[]>>;

/**
 * A stub of a broker that answers `Metadata` version 4 and `ListOffsets` version 1, written from https://kafka.apache.org/protocol alone. It refuses
 * every other request, as well as those that would create topics.
 */
export async function startKafka(topics: StubTopics): Promise<{ port: number; stop: () => void; requests: string[] }> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let received = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        const request = received.subarray(4, 4 + received.readInt32BE(0));
        received = received.subarray(4 + request.length);
        const response = answer(request, topics, (server.address() as AddressInfo).port, requests);
        if (!response) {
          socket.destroy();
          return;
        }
        const framed = Buffer.alloc(8);
        framed.writeInt32BE(response.length + 4, 0);
        framed.writeInt32BE(request.readInt32BE(4), 4);
        // In two parts, as a network may deliver it.
        socket.write(Buffer.concat([framed, response.subarray(0, 3)]));
        setImmediate(() => socket.write(response.subarray(3)));
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    stop: () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

function answer(request: Buffer, topics: StubTopics, port: number, requests: string[]): Buffer | undefined {
  const [key, version] = [request.readInt16BE(0), request.readInt16BE(2)];
  const body = request.subarray(10 + request.readInt16BE(8));
  requests.push(`${key} v${version}`);
  if (key === 3 && version === 4) {
    return body.readInt8(body.length - 1) === 0 ? metadata(namesIn(body), topics, port) : undefined;
  }
  return key === 2 && version === 1 ? offsets(body, topics) : undefined;
}

function namesIn(body: Buffer): string[] {
  let position = 4;
  return Array.from({ length: body.readInt32BE(0) }, () => {
    const length = body.readInt16BE(position);
    position += 2 + length;
    return body.toString('utf8', position - length, position);
  });
}

function metadata(names: readonly string[], topics: StubTopics, port: number): Buffer {
  const found = names.map((name) => [name, topics[name]] as const);
  return Buffer.concat([
    int32(0),
    int32(2),
    // A broker that leads nothing, and cannot be reached.
    Buffer.concat([int32(7), text('broker.invalid'), int32(9), int16(-1)]),
    Buffer.concat([int32(1), text('127.0.0.1'), int32(port), text('rack')]),
    text('cluster'),
    int32(1),
    int32(found.length),
    ...found.map(([name, partitions]) =>
      Buffer.concat([
        int16(partitions ? 0 : 3),
        text(name),
        Buffer.from([0]),
        int32(partitions?.length ?? 0),
        ...(partitions ?? []).map((_, index) => Buffer.concat([int16(0), int32(index), int32(1), int32(1), int32(1), int32(1), int32(1)])),
      ]),
    ),
  ]);
}

function offsets(body: Buffer, topics: StubTopics): Buffer {
  let position = 8;
  const answers = Array.from({ length: body.readInt32BE(4) }, () => {
    const length = body.readInt16BE(position);
    const name = body.toString('utf8', position + 2, position + 2 + length);
    position += 2 + length + 4;
    const [partition, timestamp] = [body.readInt32BE(position), body.readBigInt64BE(position + 4)];
    position += 12;
    const times = topics[name][partition];
    const offset = timestamp === -1n ? times.length : times.findIndex((time) => BigInt(time) >= timestamp);
    return Buffer.concat([text(name), int32(1), int32(partition), int16(0), int64(-1n), int64(BigInt(offset))]);
  });
  return Buffer.concat([int32(answers.length), ...answers]);
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function int64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(value);
  return buffer;
}

function text(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
}
