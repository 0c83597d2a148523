import { AppAccess } from '../../../lib';
import { Access } from '../../../cli/ingress/access';
import { appStateOf } from '../../../cli/ingress/app-state';
import { IngressModel } from '../../../cli/ingress/ingress-model';
import { describe as descriptionOf } from '../../../cli/preview/description';
import { probeAddressesOf } from '../../../cli/ingress/probes';
import { RuleCondition } from '../../../cli/alb/evaluate';
import { ingressOf } from '../fixtures';

const CLOSED = ingressOf({ appAccess: AppAccess.nobody() });
const WEB = ingressOf().rules.find(({ id }) => id?.includes('RestRule'))!.actions;
const OFFICE: RuleCondition = { field: 'source-ip', values: ['192.0.2.0/24'] };

/** The closed ingress with one more rule, which leads to the app. */
function opened(...conditions: RuleCondition[]): IngressModel {
  return { ...CLOSED, rules: [{ priority: 900, conditions, actions: WEB }, ...CLOSED.rules] };
}

test.each<[string, Access, IngressModel]>([
  ['nobody where no rule opens it', 'nobody', CLOSED],
  ['some networks where a rule names them', 'cidrs', opened(OFFICE)],
  ['nobody where a rule names networks and opens something else', 'nobody', opened(OFFICE, { field: 'path-pattern', values: ['/shared/*'] })],
  ['nobody where a rule names networks for another host', 'nobody', opened(OFFICE, { field: 'host-header', values: ['shop.example.com'] })],
  ['anyone where a rule opens a page of it', 'anyone', opened({ field: 'path-pattern', values: ['/login'] })],
])('an app that is open to %s has the same state in the preview', (_, access, ingress) => {
  expect(appStateOf({ ingress, domain: ingress.hosts[0], ...probeAddressesOf(ingress.rules) }).access).toBe(access);
  expect(descriptionOf(ingress, [ingress], { url: 'https://localhost' }).access).toBe(access);
});
