import { Measurements } from './monitor-request';

const END = '\r\n';

/** Returns the commands that read the length of each list, in the protocol of Redis. */
export function lengthCommands(queues: readonly string[]): Buffer {
  return Buffer.from(queues.map((queue) => ['*2', '$4', 'LLEN', `$${Buffer.byteLength(queue)}`, queue].map((part) => part + END).join('')).join(''));
}

/**
 * Returns the lengths of the lists.
 *
 * Throws if the cache answers with an error.
 *
 * @returns the lengths; undefined as long as the response is not complete
 */
export function lengthsOf(response: Buffer, queues: readonly string[]): number[] | undefined {
  const lines = response.toString('utf8').split(END).slice(0, -1);
  const wrong = lines.find((line) => !/^:\d+$/.test(line));
  if (wrong !== undefined) {
    throw new Error(`the cache must answer with the length of a list, got: ${wrong.slice(0, 200)}`);
  }
  return lines.length < queues.length ? undefined : lines.slice(0, queues.length).map((line) => Number(line.slice(1)));
}

/** Returns the measurement of the queues: the tasks that wait in all of them. */
export function celeryMeasurements(lengths: readonly number[]): Measurements {
  return { CeleryQueueDepth: lengths.reduce((sum, length) => sum + length, 0) };
}
