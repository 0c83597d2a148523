import { Template } from 'aws-cdk-lib/assertions';
import { AppAccess, EndpointGroup, Product } from '../../../lib';
import { ALWAYS_PUBLIC } from '../../../lib/catalog/endpoints/endpoint-group';
import { evaluate, Request } from '../../../cli/alb/evaluate';
import { containersByTargetGroup } from '../../../cli/template-services';
import { CloudFormationTemplate } from '../../../cli/alb/template';
import { OIDC } from '../fixtures';
import { rulesOf } from '../../helpers/listener-rules';
import { newPostHog, newStack } from '../../helpers/stack';

/** The groups of endpoints that are opened on demand. */
export const OPT_IN: readonly EndpointGroup[] = Object.values(EndpointGroup).filter((group) => !ALWAYS_PUBLIC.includes(group));

/** Addresses inside and outside of the blocks of the mode `fromCidrs`. */
export const INSIDE = ['203.0.113.9', '2001:db8::9'];
export const OUTSIDE = ['198.51.100.1', '10.0.0.4', '203.0.112.255', '2001:db9::1'];

/** A configuration of access to the app. */
export interface Mode {
  readonly name: string;
  readonly isOpen: boolean;
  readonly optIn: boolean;
  appAccess(): AppAccess;
}

const ACCESS: Omit<Mode, 'optIn'>[] = [
  { name: 'anyone', isOpen: true, appAccess: () => AppAccess.anyone() },
  { name: 'fromCidrs', isOpen: false, appAccess: () => AppAccess.fromCidrs(['203.0.113.0/24', '2001:db8::/32']) },
  { name: 'authenticated', isOpen: false, appAccess: () => AppAccess.oidc(OIDC) },
  { name: 'nobody', isOpen: false, appAccess: () => AppAccess.nobody() },
];

/** Every configuration, with the endpoints that are opened on demand closed and open. */
export const MODES: Mode[] = ACCESS.flatMap((access) => [
  { ...access, optIn: false },
  { ...access, name: `${access.name}, all groups open`, optIn: true },
]);

/** The outcome of a request: the name of the container that gets it without authentication, `refused`, or `sign in`. */
export type Answer = (request: Request) => string;

/** Synthesises a whole PostHog and evaluates requests with the rules of its load balancer. */
export function answersOf(mode: Mode): Answer {
  const stack = newStack();
  newPostHog(stack, { products: Object.values(Product), appAccess: mode.appAccess(), publicEndpointGroups: mode.optIn ? [...OPT_IN] : undefined });
  const template = Template.fromStack(stack).toJSON() as CloudFormationTemplate;
  const rules = rulesOf(template);
  const containers = containersByTargetGroup(template);
  return (request) => {
    const [first] = evaluate(rules, request)!.actions;
    switch (first.type) {
      case 'forward':
        return containers[first.targetGroup!];
      case 'fixed-response':
        return first.statusCode === '403' ? 'refused' : `answered ${first.statusCode}`;
      default:
        return 'sign in';
    }
  };
}
