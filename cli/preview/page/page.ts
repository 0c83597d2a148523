import { readIngress } from './api';
import { breakable, byId, element } from './dom';
import { showEndpoints } from './endpoints';
import { inOrder } from './lanes';
import { Picture } from './picture';
import { followTraffic } from './stream';
import { prepareTryBox } from './try-box';
import { IngressFacts } from './wire';

/** The access to the app, in words. */
const ACCESS: Readonly<Record<IngressFacts['access'], string>> = {
  anyone: 'open to everyone',
  cidrs: 'open to allowed networks',
  authenticated: 'behind a sign-in',
  nobody: 'closed',
};

async function main(): Promise<void> {
  const chosen = new URLSearchParams(location.search).get('host') ?? '';
  const ingress = await readIngress(chosen);
  showFacts(ingress);
  showRules(ingress);
  showEndpoints(ingress.endpoints);
  prepareTryBox(ingress, chosen);
  followTraffic(new Picture(ingress), ingress);
}

function showFacts(ingress: IngressFacts): void {
  const [host] = ingress.hosts;
  if (host !== undefined) {
    byId('host').replaceChildren(element('span', { class: 'nowrap' }, host));
    document.title = `${host}: cdk-posthog preview`;
  }
  const facts: [string, string | undefined][] = [
    ['Template', ingress.source],
    ['Local URL', ingress.url],
    ['Plain HTTP', ingress.plainUrl],
    ['The app is', ACCESS[ingress.access]],
    ['Load balancer address', ingress.loadBalancerAddress],
    ['Not sent here: Strict-Transport-Security', ingress.strictTransportSecurity],
  ];
  const others = ingress.allHosts.filter((name) => name !== host);
  byId('facts').append(
    ...facts
      .filter(([, text]) => text !== undefined)
      .map(([name, text = '']) => element('div', {}, element('dt', {}, name), element('dd', {}, breakable(text)))),
    ...(others.length > 0
      ? [
          element(
            'div',
            {},
            element('dt', {}, 'Other hosts'),
            ...others.map((name) => element('dd', {}, element('a', { href: `?host=${encodeURIComponent(name)}` }, name))),
          ),
        ]
      : []),
  );
}

function showRules(ingress: IngressFacts): void {
  byId('rules').append(
    ...inOrder(ingress.rules).map(({ name, conditions, action }) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, name),
        element('td', {}, ...(conditions.length > 0 ? conditions.map((condition) => element('code', {}, condition)) : ['no other rule matches'])),
        element('td', {}, action),
      ),
    ),
  );
}

main().catch((error: unknown) => {
  const complaint = byId('complaint');
  complaint.textContent = `The page could not reach the preview: ${error instanceof Error ? error.message : String(error)}. Is it still running?`;
  complaint.hidden = false;
});
