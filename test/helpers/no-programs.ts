import childProcess from 'node:child_process';
import net from 'node:net';

const FUNCTIONS = ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const;
const ORIGINALS = { ...childProcess };

/** Makes a unit test fail that listens on a socket or starts a process. */
function refuse(what: string): () => never {
  return () => {
    throw new Error(`a unit test must not ${what}; name its file *.program.test.ts`);
  };
}

const { prototype } = net.Server;
const listening = Object.getOwnPropertyDescriptor(prototype, 'listen')!;

FUNCTIONS.forEach((name) => {
  childProcess[name] = refuse('start a process') as never;
});
prototype.listen = refuse('listen on a socket');

// Node.js's own modules are the same for the next file of this worker.
afterAll(() => {
  FUNCTIONS.forEach((name) => {
    childProcess[name] = ORIGINALS[name] as never;
  });
  Object.defineProperty(prototype, 'listen', listening);
});
