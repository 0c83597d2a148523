import { ServerResponse } from 'node:http';
import { isLoopback } from './server/loopback';
import { ClientRequest } from '../ingress/ingress-model';
import { Outcome } from '../ingress/request-trace';
import { answerOf } from '../routes/routes';
import { hostWithoutPort } from '../alb/addresses';

/** The ports of the preview. */
export interface PreviewPorts {
  /** The port for HTTPS. */
  readonly https: number;
  /** The port for plain HTTP; undefined without a listener for it. */
  readonly http?: number;
}

/** Responds as the load balancer itself does, without a process. */
export function answer(
  res: ServerResponse,
  outcome: Exclude<Outcome, { kind: 'forwarded' }>,
  request: ClientRequest,
  requestedHost: string,
  ports: PreviewPorts,
): void {
  switch (outcome.kind) {
    case 'fixed-response':
      res.writeHead(outcome.status, outcome.contentType === undefined ? {} : { 'Content-Type': outcome.contentType }).end(outcome.body);
      return;
    case 'redirect':
      res
        .writeHead(outcome.status, {
          'Location': isLoopback(requestedHost) ? localLocation(outcome.location, request, ports) : outcome.location,
          'Content-Type': 'text/html',
        })
        .end();
      return;
    case 'sign-in':
      res.writeHead(401, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' }).end(signInPage(outcome, request));
      return;
    case 'unknown':
      res.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`The template does not determine the outcome: ${outcome.reason}.\n`);
  }
}

/** Points a redirect to the load balancer itself at the preview, for a client that uses a loopback name. */
function localLocation(location: string, { host }: ClientRequest, ports: PreviewPorts): string {
  const own = hostWithoutPort(host);
  for (const [origin, port] of [
    [`https://${own}/`, ports.https],
    [`http://${own}/`, ports.http],
  ] as const) {
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
<h1>Here the load balancer requires a sign-in</h1>
<p>It would redirect this browser to <code>${escaped(where)}</code>, receive the response at
<code>https://${escaped(request.host)}/oauth2/idpresponse</code>, and then forward
<code>${escaped(`${request.method} ${request.target}`)}</code> to: <strong>${escaped(answerOf(then))}</strong>.</p>
<p>The preview has no identity provider, so nobody can sign in here. The app has not received this request.</p>
</html>
`;
}

/** Escapes a text for HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
