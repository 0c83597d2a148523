import { ServerResponse } from 'node:http';
import { isLoopback } from './loopback';
import { ClientRequest } from '../ingress-model';
import { Outcome } from '../request-trace';
import { answerOf } from '../routes';
import { hostWithoutPort } from '../alb/addresses';

/** Ports of the preview that stand for the load balancer's. */
export interface PreviewPorts {
  /** In place of 443. */
  readonly https: number;
  /** In place of 80; undefined where no listener takes plain HTTP. */
  readonly http?: number;
}

/** Answers a request as the load balancer itself does, with no process behind it. */
export function answer(res: ServerResponse, outcome: Exclude<Outcome, { kind: 'arrives' }>, request: ClientRequest, visited: string, ports: PreviewPorts): void {
  switch (outcome.kind) {
    case 'answered':
      res.writeHead(outcome.status, outcome.contentType === undefined ? {} : { 'Content-Type': outcome.contentType }).end(outcome.body);
      return;
    case 'redirected':
      res.writeHead(outcome.status, { 'Location': isLoopback(visited) ? locationHere(outcome.location, request, ports) : outcome.location, 'Content-Type': 'text/html' }).end();
      return;
    case 'sign-in':
      res.writeHead(401, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' }).end(signInPage(outcome, request));
      return;
    case 'unknown':
      res.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`The template does not say what happens here: ${outcome.reason}.\n`);
  }
}

/** A redirect to the load balancer itself, for a visitor who came by a name of this machine: to the preview. */
function locationHere(location: string, { host }: ClientRequest, ports: PreviewPorts): string {
  const own = hostWithoutPort(host);
  for (const [origin, port] of [[`https://${own}/`, ports.https], [`http://${own}/`, ports.http]] as const) {
    if (port !== undefined && location.startsWith(origin)) {
      return `${origin.startsWith('https') ? 'https' : 'http'}://localhost:${port}/${location.slice(origin.length)}`;
    }
  }
  return location;
}

function signInPage({ where, then }: Extract<Outcome, { kind: 'sign-in' }>, request: ClientRequest): string {
  return `<!doctype html>
<html lang="en">
<title>Sign-in, in the preview</title>
<h1>Here the load balancer asks for a sign-in</h1>
<p>It would send this browser to <code>${escaped(where)}</code>, take it back at
<code>https://${escaped(request.host)}/oauth2/idpresponse</code>, and then hand
<code>${escaped(`${request.method} ${request.target}`)}</code> on to: <strong>${escaped(answerOf(then))}</strong>.</p>
<p>The preview has no identity provider, so nobody can sign in here. Nothing of the app has seen this request.</p>
</html>
`;
}

/** Text for HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
