// A stub process that responds as fast as Node.js can, so that the cost of a proxy in front of it is largest.
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  request.resume().on('end', () => response.end('{"status":"Ok"}'));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
