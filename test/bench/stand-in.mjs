// A process that does nothing but answer, as fast as Node.js can: whatever stands in front of it costs the most here.
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  request.resume().on('end', () => response.end('{"status":"Ok"}'));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
