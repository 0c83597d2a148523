import { breakable, element } from './dom';
import { ResolvedIp, IngressFacts, Ending, Trial, TrialResult } from './wire';

/** Headers that the load balancer adds or changes. */
const ADDED = /^x-forwarded-(for|proto|port)$/i;

/** Shows the trace of a request. */
export function showResult(place: HTMLElement, trial: Trial, result: TrialResult, ingress: IngressFacts): void {
  const { outcome, forwarded, clientIps, response, rule, request } = result;
  const conditions = ingress.rules.find(({ name }) => name === rule?.name)?.conditions ?? [];
  const refused = outcome.kind !== 'forwarded';
  place.replaceChildren(
    element('p', { class: 'request' }, element('code', {}, `${trial.method} ${trial.url}`), ` from ${request.sourceIp}`),
    element('p', { class: refused ? 'outcome refusal' : 'outcome' }, endingText(outcome, forwarded?.process)),
    element('h3', {}, 'Rule'),
    element('p', {}, rule ? rule.name : 'No rule matches.'),
    ...(conditions.length > 0
      ? [element('ul', { class: 'conditions' }, ...conditions.map((condition) => element('li', {}, element('code', {}, condition))))]
      : []),
    ...(forwarded ? forwardedRequest(trial, forwarded, clientIps, request) : []),
    element('h3', {}, 'Response'),
    element('p', {}, `${response.status}`, ...typeOf(response.headers)),
    ...(response.body === '' ? [] : [element('pre', { 'tabindex': '0', 'aria-label': 'Response body', 'role': 'region' }, shortened(response.body))]),
  );
}

function endingText(outcome: Ending, process?: string): string {
  switch (outcome.kind) {
    case 'forwarded':
      return `Forwarded to ${process}.`;
    case 'fixed-response':
      return `Fixed response of the load balancer: ${outcome.status}.`;
    case 'redirect':
      return `Redirect to ${outcome.location} (${outcome.status}).`;
    case 'sign-in':
      return `Sign-in at ${outcome.where}.`;
    default:
      return `Unknown: ${outcome.reason}.`;
  }
}

function forwardedRequest(
  { method }: Trial,
  { process, path, peer, headers }: NonNullable<TrialResult['forwarded']>,
  clientIps: readonly ResolvedIp[],
  { sourceIp, target }: TrialResult['request'],
): HTMLElement[] {
  const lead = path === target ? ['Received from '] : [element('code', {}, `${method} `, breakable(path)), ', received from '];
  return [
    element('h3', {}, `Client IP that ${process} resolves`),
    clientIps.length === 0
      ? element('p', {}, 'It reads no client IP.')
      : element('dl', { class: 'client-ips' }, ...clientIps.flatMap((clientIp) => clientIpOf(clientIp, sourceIp))),
    element('h3', {}, `Request that ${process} receives`),
    element('p', {}, ...lead, element('code', {}, peer), ', with these headers:'),
    element(
      'table',
      { class: 'headers' },
      element('caption', { class: 'hidden' }, `Headers that ${process} receives`),
      element('thead', { class: 'hidden' }, element('tr', {}, element('th', { scope: 'col' }, 'Header'), element('th', { scope: 'col' }, 'Value'))),
      element(
        'tbody',
        {},
        ...headers.map(([name, value]) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, name, ...(ADDED.test(name) ? [element('span', { class: 'hint' }, 'by the load balancer')] : [])),
            element('td', {}, element('code', {}, value)),
          ),
        ),
      ),
    ),
  ];
}

function clientIpOf({ reader, address, reason }: ResolvedIp, sourceIp: string): HTMLElement[] {
  const [mark, text] =
    address === undefined ? ['closed', 'none'] : address === sourceIp ? ['open', 'the connecting IP'] : ['closed', 'not the connecting IP'];
  return [
    element('dt', {}, reader),
    element(
      'dd',
      {},
      element('code', {}, address ?? 'no address'),
      ' ',
      element('span', { class: `mark ${mark}` }, text),
      element('span', { class: 'hint' }, reason),
    ),
  ];
}

function typeOf(headers: TrialResult['response']['headers']): string[] {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  return type === undefined ? [] : [`, ${type}`];
}

/** Cuts a long body. */
function shortened(body: string): string {
  return body.length > 1200 ? `${body.slice(0, 1200)} …` : body;
}
