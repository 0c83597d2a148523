// Loaded before a program that must not reach for the network: any attempt ends it with this text and exit code.
import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import net from 'node:net';

function refuse(what) {
  process.stderr.write(`NETWORK ACCESS: ${what}\n`);
  process.exit(77);
}

// The TypeScript loader has a pipe to its parent, which is no network.
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function guarded(...args) {
  const [options] = args.flat();
  return options?.path ? connect.apply(this, args) : refuse(`connect ${JSON.stringify(options)}`);
};
dgram.createSocket = () => refuse('UDP');
dns.lookup = (name) => refuse(`look up ${name}`);
dns.resolve = (name) => refuse(`resolve ${name}`);
dns.promises.lookup = (name) => refuse(`look up ${name}`);

// The TypeScript loader starts esbuild, which talks over pipes; nothing else may be started.
const spawn = childProcess.ChildProcess.prototype.spawn;
childProcess.ChildProcess.prototype.spawn = function guarded(options) {
  return /esbuild/.test(options.file) ? spawn.call(this, options) : refuse(`start ${options.file}`);
};
childProcess.spawnSync = (file) => refuse(`start ${file}`);
