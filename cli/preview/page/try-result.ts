import { breakable, element } from './dom';
import { ResolvedIp, IngressFacts, Ending, Trial, TrialResult } from './wire';

/** What the load balancer adds or changes itself. */
const ADDED = /^x-forwarded-(for|proto|port)$/i;

/** Shows what became of a request. */
export function showResult(place: HTMLElement, trial: Trial, result: TrialResult, door: IngressFacts): void {
  const { outcome, arrived, clientIps, response, rule, request } = result;
  const conditions = door.rules.find(({ name }) => name === rule?.name)?.conditions ?? [];
  const refused = outcome.kind !== 'arrives';
  place.replaceChildren(
    element('p', { class: 'asked' }, element('code', {}, `${trial.method} ${trial.url}`), ` from ${request.sourceIp}`),
    element('p', { class: refused ? 'verdict refusal' : 'verdict' }, verdict(outcome, arrived?.process)),
    element('h3', {}, 'The rule'),
    element('p', {}, rule ? rule.name : 'None matched.'),
    ...(conditions.length > 0 ? [element('ul', { class: 'conditions' }, ...conditions.map((condition) => element('li', {}, element('code', {}, condition))))] : []),
    ...(arrived ? arrival(trial, arrived, clientIps, request) : []),
    element('h3', {}, 'The answer'),
    element('p', {}, `${response.status}`, ...typeOf(response.headers)),
    ...(response.body === '' ? [] : [element('pre', { tabindex: '0', 'aria-label': 'Body of the answer', role: 'region' }, shortened(response.body))]),
  );
}

function verdict(outcome: Ending, process?: string): string {
  switch (outcome.kind) {
    case 'arrives':
      return `Reaches ${process}.`;
    case 'answered':
      return `Answered by the load balancer itself: ${outcome.status}.`;
    case 'redirected':
      return `Redirected to ${outcome.location} (${outcome.status}).`;
    case 'sign-in':
      return `Held until the user has signed in at ${outcome.where}.`;
    default:
      return `Not known: ${outcome.reason}.`;
  }
}

function arrival({ method }: Trial, { process, path, peer, headers }: NonNullable<TrialResult['arrived']>, clientIps: readonly ResolvedIp[], { sourceIp, target }: TrialResult['request']): HTMLElement[] {
  const lead = path === target ? ['From '] : [element('code', {}, `${method} `, breakable(path)), ', from '];
  return [
    element('h3', {}, `Whom ${process} takes the visitor for`),
    clientIps.length === 0 ? element('p', {}, 'It reads no client IP.') : element('dl', { class: 'client-ips' }, ...clientIps.flatMap((clientIp) => clientIpOf(clientIp, sourceIp))),
    element('h3', {}, `What ${process} gets`),
    element('p', {}, ...lead, element('code', {}, peer), ', with these headers:'),
    element('table', { class: 'headers' },
      element('caption', { class: 'hidden' }, `Headers as ${process} gets them`),
      element('thead', { class: 'hidden' }, element('tr', {}, element('th', { scope: 'col' }, 'Header'), element('th', { scope: 'col' }, 'Value'))),
      element('tbody', {}, ...headers.map(([name, value]) => element('tr', {},
        element('th', { scope: 'row' }, name, ...(ADDED.test(name) ? [element('span', { class: 'hint' }, 'by the load balancer')] : [])),
        element('td', {}, element('code', {}, value)))))),
  ];
}

function clientIpOf({ reader, address, reason }: ResolvedIp, sourceIp: string): HTMLElement[] {
  const [mark, text] = address === undefined ? ['closed', 'none'] : address === sourceIp ? ['open', 'the one that connected'] : ['closed', 'not the one that connected'];
  return [
    element('dt', {}, reader),
    element('dd', {}, element('code', {}, address ?? 'no address'), ' ', element('span', { class: `mark ${mark}` }, text), element('span', { class: 'hint' }, reason)),
  ];
}

function typeOf(headers: TrialResult['response']['headers']): string[] {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  return type === undefined ? [] : [`, ${type}`];
}

/** Enough to recognise a body by. */
function shortened(body: string): string {
  return body.length > 1200 ? `${body.slice(0, 1200)} …` : body;
}
