import { createReadStream, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ServerResponse } from 'node:http';
import { text } from './replies';

/** `/static/array.js`, and the same with a version before the file's name. */
const FILE = /^\/static\/(?:\d+\.\d+\.\d+[\w.-]*\/)?(?<name>[a-z][a-z0-9.-]*\.js)$/;

/** Where posthog-js lies: beside the bundled program; in this repository, among the installed packages. */
function folder(): string {
  const bundled = path.join(__dirname, 'posthog-js');
  return existsSync(bundled) ? bundled : path.dirname(createRequire(__filename).resolve('posthog-js'));
}

/** Answers with one of the SDK's scripts, if it is one. */
export function sdkFile(res: ServerResponse, requestPath: string): void {
  const name = FILE.exec(requestPath)?.groups!.name;
  const file = name === undefined ? undefined : path.join(folder(), name);
  if (file === undefined || !existsSync(file)) {
    text(res, 404, 'The preview has no such file.');
    return;
  }
  // The app lets pages of any origin load its static files.
  res.writeHead(200, { 'Content-Type': 'text/javascript; charset=utf-8', 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'public, max-age=60' });
  createReadStream(file).pipe(res);
}
