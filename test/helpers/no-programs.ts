import childProcess from 'node:child_process';
import net from 'node:net';

/** Makes a unit test fail that listens on a socket or starts a process: its file is named `*.program.test.ts` then, and runs in the project `programs`. */
function refuse(what: string): () => never {
  return () => {
    throw new Error(`a unit test must not ${what}; name its file *.program.test.ts`);
  };
}

for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const) {
  childProcess[name] = refuse('start a process') as never;
}
net.Server.prototype.listen = refuse('listen on a socket');
