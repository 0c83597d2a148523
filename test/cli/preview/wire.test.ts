import { Template } from 'aws-cdk-lib/assertions';
import { describe as descriptionOf } from '../../../cli/preview/description';
import { laneKey, lanesOf } from '../../../cli/preview/page/lanes';
import { IngressFacts } from '../../../cli/preview/page/wire';
import { ingressesOf } from '../../../cli/template/template-ingress';
import { trace, Outcome } from '../../../cli/ingress/request-trace';
import { PUBLIC_CLIENT } from '../../../cli/ingress/probes';
import { CloudFormationTemplate } from '../../../cli/alb/template';
import { newPostHog, newStack } from '../../helpers/stack';
import { MODES } from '../../ingress/routing/modes';

/** The other outcomes of the rules of each mode than the processes that SDKs call. */
const ENDS: Readonly<Record<string, string[]>> = {
  anyone: ['refused'],
  fromCidrs: ['refused'],
  authenticated: ['sign-in', 'refused'],
  nobody: ['refused'],
};

function processOf(outcome: Outcome): string | undefined {
  return outcome.kind === 'forwarded' ? outcome.target.process : undefined;
}

test.each(MODES.filter(({ optIn }) => !optIn))('every request to an ingress with the app open to $name is on a lane of the picture', (mode) => {
  const stack = newStack();
  newPostHog(stack, { appAccess: mode.appAccess() });
  const [ingress] = ingressesOf({ file: 'a template', template: Template.fromStack(stack).toJSON() as CloudFormationTemplate });
  const facts: IngressFacts = descriptionOf(ingress, [ingress], { url: 'https://localhost:8443', plainUrl: 'http://localhost:8080' });
  const lanes = lanesOf(facts);

  expect(lanes.filter(({ kind }) => kind !== 'process').map(({ key }) => key)).toEqual([...ENDS[mode.access], 'redirect']);
  for (const target of ['/e/', '/s/', '/flags/', '/static/array.js', '/login', '/internal/x']) {
    const { rule, outcome } = trace(ingress, {
      scheme: 'https',
      method: 'GET',
      host: ingress.hosts[0],
      target,
      sourceIp: PUBLIC_CLIENT,
      headers: [],
    });
    const lane = lanes.find(({ key }) => key === laneKey(outcome.kind, processOf(outcome)));
    expect(lane?.stops.map(({ name }) => name)).toContain(facts.rules.find((one) => one.priority === rule!.priority)!.name);
  }
});
