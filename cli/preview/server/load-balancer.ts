import { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { answer, PreviewPorts } from '../answers';
import { Forwarding } from './forwarding';
import { headersOf, isLoopback } from './loopback';
import { Traffic } from '../traffic';
import { IngressModel, Target, ClientRequest } from '../../ingress/ingress-model';
import { Outcome, trace, RequestTrace, ruleName } from '../../ingress/request-trace';
import { hostWithoutPort } from '../../alb/addresses';

/** The header that sets the client IP of a request. Only the preview reads it, and no process receives it. */
export const SOURCE_HEADER = 'X-Preview-Source-IP';
/** The response header with the name of the rule that matched. */
export const RULE_HEADER = 'X-Preview-Rule';

/** Properties for `LoadBalancer`. */
export interface LoadBalancerProps {
  /** The ingresses, of which one handles each request. */
  readonly ingresses: readonly IngressModel[];
  readonly traffic: Traffic;
  /** Returns the port of a process behind an ingress. */
  portOf(ingress: IngressModel, target: Target): number;
  /** Returns the ports of the preview. A function, because the operating system may pick them. */
  ports(): PreviewPorts;
  /** The client IP of requests that do not set one. Default: the one that they connect from. */
  readonly from?: string;
}

/** AWS's default for `idle_timeout.timeout_seconds`. */
const IDLE_SECONDS = 60;
const HEADER_ATTRIBUTE = /^routing\.http\.response\.(?<name>\w+)\.header_value$/;
/** Left out, because a browser would use HTTPS for every other program on localhost too. */
const NOT_SENT = ['strict-transport-security'];

/** Returns the ingress for a host: the one with that host name, or else the first, which also handles loopback names. */
export function ingressFor(ingresses: readonly IngressModel[], host: string): IngressModel {
  return ingresses.find(({ hosts }) => hosts.includes(hostWithoutPort(host).toLowerCase())) ?? ingresses[0];
}

/** A load balancer that evaluates the rules of a template. */
export class LoadBalancer {
  /** The idle timeout of connections. */
  public readonly idleMilliseconds: number;
  private readonly forwarding: Forwarding;

  public constructor(private readonly props: LoadBalancerProps) {
    const seconds = Number(props.ingresses[0].attributes['idle_timeout.timeout_seconds'] ?? IDLE_SECONDS);
    this.idleMilliseconds = 1000 * (Number.isFinite(seconds) ? seconds : IDLE_SECONDS);
    this.forwarding = new Forwarding(this.idleMilliseconds);
  }

  /** Handles a request to one of the listeners. */
  public handle(scheme: 'http' | 'https', req: IncomingMessage, res: ServerResponse): void {
    const requestedHost = req.headers.host ?? '';
    const claimed = req.headers[SOURCE_HEADER.toLowerCase()];
    const from = String(claimed ?? this.props.from ?? req.socket.remoteAddress ?? '').trim();
    if (!isIP(from)) {
      res.writeHead(400, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${SOURCE_HEADER} must be one IP address, got: '${from}'\n`);
      return;
    }
    const ingress = ingressFor(this.props.ingresses, requestedHost);
    const request = clientRequest(
      scheme,
      req,
      from,
      isLoopback(requestedHost) || requestedHost === '' ? (ingress.hosts[0] ?? requestedHost) : requestedHost,
    );
    const requestTrace = trace(ingress, request);
    this.watch(request, requestTrace, res);
    res.setHeader(RULE_HEADER, requestTrace.rule ? ruleName(requestTrace.rule) : 'none');
    for (const [name, value] of Object.entries(responseHeaders(ingress))) {
      res.setHeader(name, value);
    }
    if (requestTrace.outcome.kind === 'forwarded') {
      const { target, path, headers } = requestTrace.outcome;
      this.forwarding.deliver(req, res, { port: this.props.portOf(ingress, target), path, headers, responseHeaders: responseHeaders(ingress) });
    } else {
      answer(res, requestTrace.outcome, request, requestedHost, this.props.ports());
    }
  }

  /** Closes the connections to the processes. */
  public close(): void {
    this.forwarding.close();
  }

  private watch({ method, host, target, sourceIp }: ClientRequest, { rule, outcome }: RequestTrace, res: ServerResponse): void {
    const { traffic } = this.props;
    const id = traffic.nextId();
    const at = new Date().toISOString();
    res.once('close', () =>
      traffic.pass({
        id,
        at,
        method,
        host,
        path: target,
        from: sourceIp,
        rule: rule && ruleName(rule),
        outcome: outcome.kind,
        process: processOf(outcome),
        status: res.statusCode,
        forwardedPath: outcome.kind === 'forwarded' && outcome.path !== target ? outcome.path : undefined,
        clientIps: outcome.kind === 'forwarded' ? outcome.clientIps : [],
      }),
    );
  }
}

/** Returns a request for the rules: without the header that only the preview reads, and with the host of the template. */
function clientRequest(scheme: 'http' | 'https', req: IncomingMessage, sourceIp: string, host: string): ClientRequest {
  const headers = headersOf(req).filter(([name]) => !['host', SOURCE_HEADER.toLowerCase()].includes(name.toLowerCase()));
  return { scheme, method: req.method ?? 'GET', host, target: req.url ?? '/', sourceIp, headers };
}

/** Returns the headers that the listener's attributes set in every response, replacing those of the process. */
function responseHeaders({ listenerAttributes }: IngressModel): Record<string, string> {
  const headers = Object.entries(listenerAttributes).flatMap(([key, value]): [string, string][] => {
    const name = HEADER_ATTRIBUTE.exec(key)?.groups!.name.replaceAll('_', '-');
    return name === undefined || NOT_SENT.includes(name) || value === '' ? [] : [[name, value]];
  });
  return Object.fromEntries(headers);
}

function processOf(outcome: Outcome): string | undefined {
  return outcome.kind === 'forwarded' ? outcome.target.process : undefined;
}
