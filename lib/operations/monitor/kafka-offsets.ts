/**
 * The two requests of Kafka's protocol that count the messages of a time, and their responses.
 *
 * MSK reports messages by topic only at a monitoring level that is billed by metric, and Redpanda does not report them to CloudWatch.
 *
 * @see https://kafka.apache.org/protocol for `Metadata` version 4, and `ListOffsets` version 1
 */
const METADATA = { key: 3, version: 4 };
const LIST_OFFSETS = { key: 2, version: 1 };

const CLIENT = 'cdk-posthog-monitor';

/** The timestamp that stands for the offset of the next message. */
export const LATEST = -1n;

/** A partition, by its topic and number. */
export interface Partition {
  readonly topic: string;
  readonly partition: number;
}

/** A broker with the partitions that it leads. */
export interface Leader {
  readonly host: string;
  readonly port: number;
  readonly partitions: readonly Partition[];
}

/** Returns a request for the leaders of topics. It creates no topic, also on brokers that create them on demand. */
export function metadataRequest(topics: readonly string[]): Buffer {
  return request(METADATA, [int32(topics.length), ...topics.map(text), Buffer.from([0])]);
}

/** Returns the brokers that lead partitions of topics. Topics that do not exist have no partitions. */
export function leadersOf(response: Buffer): Leader[] {
  const reader = new Reader(response);
  reader.int32(); // The time of throttling.
  const brokers = reader.list(() => {
    const broker = { id: reader.int32(), host: reader.text()!, port: reader.int32() };
    reader.text(); // The rack.
    return broker;
  });
  reader.text(); // The id of the cluster.
  reader.int32(); // The controller.
  const found = reader
    .list(() => {
      reader.int16(); // The error of a topic, which then has no partitions.
      const topic = reader.text()!;
      reader.int8(); // Whether it is internal.
      return reader.list(() => {
        reader.int16();
        const [partition, leader] = [reader.int32(), reader.int32()];
        reader.list(() => reader.int32());
        reader.list(() => reader.int32());
        return { topic, partition, leader };
      });
    })
    .flat();
  return brokers
    .map(({ id, host, port }) => ({
      host,
      port,
      partitions: found.filter(({ leader }) => leader === id).map(({ topic, partition }) => ({ topic, partition })),
    }))
    .filter(({ partitions }) => partitions.length > 0);
}

/** Returns a request for the first offset of each partition whose message is not older than a timestamp, in milliseconds. */
export function offsetsRequest(partitions: readonly Partition[], timestamp: bigint): Buffer {
  return request(LIST_OFFSETS, [
    int32(-1),
    int32(partitions.length),
    ...partitions.flatMap(({ topic, partition }) => [text(topic), int32(1), int32(partition), int64(timestamp)]),
  ]);
}

/** Returns the offsets of a response by topic and partition; -1 if no message is that new. Throws if a broker refuses. */
export function offsetsOf(response: Buffer): Map<string, bigint> {
  const reader = new Reader(response);
  const offsets = new Map<string, bigint>();
  reader.list(() => {
    const topic = reader.text()!;
    reader.list(() => {
      const [partition, error] = [reader.int32(), reader.int16()];
      reader.int64();
      const offset = reader.int64();
      if (error !== 0) {
        throw new Error(`Kafka refuses the offsets of ${topic}, partition ${partition}: error ${error}`);
      }
      offsets.set(`${topic}/${partition}`, offset);
    });
  });
  return offsets;
}

/** Returns the number of messages between two sets of offsets. */
export function messagesBetween(first: ReadonlyMap<string, bigint>, last: ReadonlyMap<string, bigint>): number {
  return [...first].reduce((sum, [key, offset]) => sum + (offset < 0n ? 0 : Number((last.get(key) ?? offset) - offset)), 0);
}

/** Returns the response to a request, without its length and its correlation id; undefined as long as it is not complete. */
export function responseIn(received: Buffer): Buffer | undefined {
  const length = received.length < 4 ? Infinity : received.readInt32BE(0);
  return received.length < 4 + length ? undefined : received.subarray(8, 4 + length);
}

function request({ key, version }: { readonly key: number; readonly version: number }, parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat([int16(key), int16(version), int32(1), text(CLIENT), ...parts]);
  return Buffer.concat([int32(content.length), content]);
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
  const content = Buffer.from(value);
  return Buffer.concat([int16(content.length), content]);
}

/** Reads the values of a response one after the other. It throws at its end. */
class Reader {
  private position = 0;

  public constructor(private readonly buffer: Buffer) {}

  public int8(): number {
    return this.buffer.readInt8(this.move(1));
  }

  public int16(): number {
    return this.buffer.readInt16BE(this.move(2));
  }

  public int32(): number {
    return this.buffer.readInt32BE(this.move(4));
  }

  public int64(): bigint {
    return this.buffer.readBigInt64BE(this.move(8));
  }

  public text(): string | undefined {
    const length = this.int16();
    if (length < 0) {
      return undefined;
    }
    const start = this.move(length);
    return this.buffer.toString('utf8', start, start + length);
  }

  public list<T>(item: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, item);
  }

  private move(bytes: number): number {
    const start = this.position;
    this.position += bytes;
    return start;
  }
}
