import { Template } from 'aws-cdk-lib/assertions';
import { AppAccess } from '../../../lib';
import { ruleName } from '../../../cli/ingress/request-trace';
import { ingressesOf } from '../../../cli/template/template-ingress';
import { PRIORITIES } from '../../../lib/catalog/endpoints/rule-priorities';
import { CloudFormationTemplate } from '../../../cli/alb/template';
import { newPostHog, newStack } from '../../helpers/stack';
import { OPT_IN } from '../../ingress/routing/modes';

test('every rule of the library has its own name, also if it ends with the name of another', () => {
  const stack = newStack();
  newPostHog(stack, { appAccess: AppAccess.nobody(), publicEndpointGroups: [...OPT_IN] });
  const [{ rules }] = ingressesOf({ file: 'a template', template: Template.fromStack(stack).toJSON() as CloudFormationTemplate });
  const names = rules.map(ruleName);
  expect(names).toContain(`rule ${PRIORITIES.ApiWebhooks} (ApiWebhooks)`);
  // A rule that was split has parts, with priorities of their own.
  const known = Object.keys(PRIORITIES);
  expect(names.filter((name) => !known.includes(/\((\w+)\)$/.exec(name)?.[1] ?? ''))).toEqual(['the default rule']);
});
