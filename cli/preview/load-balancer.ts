import { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { answer, PreviewPorts } from './answers';
import { Forwarding } from './forwarding';
import { headersOf, isLoopback } from './loopback';
import { Traffic } from './traffic';
import { IngressModel, Target, ClientRequest } from '../ingress-model';
import { Outcome, trace, RequestTrace, ruleName } from '../request-trace';
import { hostWithoutPort } from '../alb/addresses';

/** The header with which a visitor pretends to come from an address. Only the preview reads it, and no process gets it. */
export const SOURCE_HEADER = 'X-Preview-Source-IP';
/** The header that names, in each response, the rule that the request met. */
export const RULE_HEADER = 'X-Preview-Rule';

/** What the load balancer of the preview works with. */
export interface LoadBalancerProps {
  /** The ways in; one answers to each request. */
  readonly doors: readonly IngressModel[];
  readonly traffic: Traffic;
  /** Where the process behind a door listens. */
  portOf(door: IngressModel, target: Target): number;
  /** The ports that visitors use; asked late, because the system may pick them. */
  ports(): PreviewPorts;
  /** The address of visitors who pretend none; left out: the one that they connect from. */
  readonly from?: string;
}

/** AWS's default for `idle_timeout.timeout_seconds`. */
const IDLE_SECONDS = 60;
const HEADER_ATTRIBUTE = /^routing\.http\.response\.(?<name>\w+)\.header_value$/;
/** A browser would keep to https on localhost for as long as it says, for every other program on this machine too. */
const NOT_SENT = ['strict-transport-security'];

/** The door that answers to a host: the one that names it; the first for the names of this machine, and where no other does. */
export function ingressFor(doors: readonly IngressModel[], host: string): IngressModel {
  return doors.find(({ hosts }) => hosts.includes(hostWithoutPort(host).toLowerCase())) ?? doors[0];
}

/** Does with requests what the rules of a template say. */
export class LoadBalancer {
  /** How long a connection may be idle. */
  public readonly idleMilliseconds: number;
  private readonly forwarding: Forwarding;

  public constructor(private readonly props: LoadBalancerProps) {
    const seconds = Number(props.doors[0].attributes['idle_timeout.timeout_seconds'] ?? IDLE_SECONDS);
    this.idleMilliseconds = 1000 * (Number.isFinite(seconds) ? seconds : IDLE_SECONDS);
    this.forwarding = new Forwarding(this.idleMilliseconds);
  }

  /** Deals with a request that came in on one of the listeners. */
  public handle(scheme: 'http' | 'https', req: IncomingMessage, res: ServerResponse): void {
    const visited = req.headers.host ?? '';
    const pretended = req.headers[SOURCE_HEADER.toLowerCase()];
    const from = String(pretended ?? this.props.from ?? req.socket.remoteAddress ?? '').trim();
    if (!isIP(from)) {
      res.writeHead(400, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${SOURCE_HEADER} must be one IP address, got: '${from}'\n`);
      return;
    }
    const door = ingressFor(this.props.doors, visited);
    const request = visitorRequest(scheme, req, from, isLoopback(visited) || visited === '' ? (door.hosts[0] ?? visited) : visited);
    const passage = trace(door, request);
    this.watch(request, passage, res);
    res.setHeader(RULE_HEADER, passage.rule ? ruleName(passage.rule) : 'none');
    for (const [name, value] of Object.entries(responseHeaders(door))) {
      res.setHeader(name, value);
    }
    if (passage.outcome.kind === 'arrives') {
      const { target, path, headers } = passage.outcome;
      this.forwarding.deliver(req, res, { port: this.props.portOf(door, target), path, headers, responseHeaders: responseHeaders(door) });
    } else {
      answer(res, passage.outcome, request, visited, this.props.ports());
    }
  }

  /** Ends the connections to the processes. */
  public close(): void {
    this.forwarding.close();
  }

  private watch({ method, host, target, sourceIp }: ClientRequest, { rule, outcome }: RequestTrace, res: ServerResponse): void {
    const { traffic } = this.props;
    const id = traffic.nextId();
    const at = new Date().toISOString();
    res.once('close', () => traffic.pass({
      id, at, method, host, path: target, from: sourceIp, rule: rule && ruleName(rule), outcome: outcome.kind, process: processOf(outcome), status: res.statusCode,
      arrivedAs: outcome.kind === 'arrives' && outcome.path !== target ? outcome.path : undefined,
      clientIps: outcome.kind === 'arrives' ? outcome.clientIps : [],
    }));
  }
}

/** A request as the rules see it: without the header that only the preview reads, and for the host that it stands for. */
function visitorRequest(scheme: 'http' | 'https', req: IncomingMessage, sourceIp: string, host: string): ClientRequest {
  const headers = headersOf(req).filter(([name]) => !['host', SOURCE_HEADER.toLowerCase()].includes(name.toLowerCase()));
  return { scheme, method: req.method ?? 'GET', host, target: req.url ?? '/', sourceIp, headers };
}

/** The headers that the listener's attributes add to every response, in place of the process's own. */
function responseHeaders({ listenerAttributes }: IngressModel): Record<string, string> {
  const headers = Object.entries(listenerAttributes).flatMap(([key, value]): [string, string][] => {
    const name = HEADER_ATTRIBUTE.exec(key)?.groups!.name.replaceAll('_', '-');
    return name === undefined || NOT_SENT.includes(name) || value === '' ? [] : [[name, value]];
  });
  return Object.fromEntries(headers);
}

function processOf(outcome: Outcome): string | undefined {
  return outcome.kind === 'arrives' ? outcome.target.process : undefined;
}
