import { createReadStream, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ServerResponse } from 'node:http';
import { text } from './replies';

/** `/static/array.js`, also with a version before the file's name. */
const FILE = /^\/static\/(?:\d+\.\d+\.\d+[\w.-]*\/)?(?<name>[a-z][a-z0-9.-]*\.js)$/;

/** The folders of posthog-js: next to the bundled program, or in this repository, among the installed packages. */
function folder(): string {
  const bundled = path.join(__dirname, 'posthog-js');
  return existsSync(bundled) ? bundled : path.dirname(createRequire(__filename).resolve('posthog-js'));
}

/** Responds with a script of the SDK, if the path is one. */
export function sdkFile(res: ServerResponse, requestPath: string): void {
  const name = FILE.exec(requestPath)?.groups!.name;
  const file = name === undefined ? undefined : path.join(folder(), name);
  if (file === undefined || !existsSync(file)) {
    text(res, 404, 'The preview has no such file.');
    return;
  }
  // The app allows pages of any origin to load its static files.
  res.writeHead(200, { 'Content-Type': 'text/javascript; charset=utf-8', 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'public, max-age=60' });
  createReadStream(file).pipe(res);
}
