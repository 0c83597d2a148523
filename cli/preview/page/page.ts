import { readIngress } from './api';
import { breakable, byId, element } from './dom';
import { showEndpoints } from './endpoints';
import { inOrder } from './lanes';
import { Picture } from './picture';
import { followTraffic } from './stream';
import { prepareTryBox } from './try-box';
import { IngressFacts } from './wire';

/** Who may open the app, in words. */
const ACCESS: Readonly<Record<IngressFacts['access'], string>> = {
  anyone: 'open to anyone',
  cidrs: 'open to some networks',
  authenticated: 'behind a sign-in',
  nobody: 'closed',
};

async function main(): Promise<void> {
  const chosen = new URLSearchParams(location.search).get('host') ?? '';
  const door = await readIngress(chosen);
  showFacts(door);
  showRules(door);
  showEndpoints(door.endpoints);
  prepareTryBox(door, chosen);
  followTraffic(new Picture(door), door);
}

function showFacts(door: IngressFacts): void {
  const [host] = door.hosts;
  if (host !== undefined) {
    byId('host').replaceChildren(element('span', { class: 'nowrap' }, host));
    document.title = `${host}: cdk-posthog preview`;
  }
  const facts: [string, string | undefined][] = [
    ['Template', door.source],
    ['Local door', door.url],
    ['Plain HTTP', door.plainUrl],
    ['The app is', ACCESS[door.access]],
    ['Load balancer’s address', door.loadBalancerAddress],
    ['Not sent here: Strict-Transport-Security', door.strictTransportSecurity],
  ];
  const others = door.allHosts.filter((name) => !door.hosts.includes(name));
  byId('facts').append(...facts.filter(([, text]) => text !== undefined).map(([name, text = '']) => element('div', {}, element('dt', {}, name), element('dd', {}, breakable(text)))),
    ...(others.length > 0 ? [element('div', {}, element('dt', {}, 'Other ways in'), ...others.map((name) => element('dd', {}, element('a', { href: `?host=${encodeURIComponent(name)}` }, name))))] : []));
}

function showRules(door: IngressFacts): void {
  byId('rules').append(...inOrder(door.rules).map(({ name, conditions, action }) => element('tr', {},
    element('th', { scope: 'row' }, name),
    element('td', {}, ...(conditions.length > 0 ? conditions.map((condition) => element('code', {}, condition)) : ['nothing else matched'])),
    element('td', {}, action))));
}

main().catch((error: unknown) => {
  const complaint = byId('complaint');
  complaint.textContent = `This page could not ask the preview: ${error instanceof Error ? error.message : String(error)}. Is it still running?`;
  complaint.hidden = false;
});
