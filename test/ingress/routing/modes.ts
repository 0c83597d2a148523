import { Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { UserPool, UserPoolClient, UserPoolDomain } from 'aws-cdk-lib/aws-cognito';
import { AppAccess, CognitoOptions, EndpointGroup, Product } from '../../../lib';
import { ALWAYS_PUBLIC } from '../../../lib/catalog/endpoints/endpoint-group';
import { evaluate, Request } from '../../../cli/alb/evaluate';
import { containersByTargetGroup } from '../../../cli/template/template-services';
import { CloudFormationTemplate } from '../../../cli/alb/template';
import { newIngress, newTargets, newVpc, OIDC, ROUTED, templateOf } from '../fixtures';
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
  /** The kind of access. */
  readonly access: 'anyone' | 'fromCidrs' | 'authenticated' | 'nobody';
  readonly isOpen: boolean;
  readonly optIn: boolean;
  readonly appAccess: () => AppAccess;
}

const ACCESS: Omit<Mode, 'optIn'>[] = [
  { name: 'anyone', access: 'anyone', isOpen: true, appAccess: () => AppAccess.anyone() },
  { name: 'fromCidrs', access: 'fromCidrs', isOpen: false, appAccess: () => AppAccess.fromCidrs(['203.0.113.0/24', '2001:db8::/32']) },
  { name: 'oidc', access: 'authenticated', isOpen: false, appAccess: () => AppAccess.oidc(OIDC) },
  { name: 'cognito', access: 'authenticated', isOpen: false, appAccess: () => AppAccess.cognito(cognito()) },
  { name: 'nobody', access: 'nobody', isOpen: false, appAccess: () => AppAccess.nobody() },
];

/** An existing user pool. */
function cognito(): CognitoOptions {
  const scope = new Stack();
  return {
    userPool: UserPool.fromUserPoolArn(scope, 'Users', 'arn:aws:cognito-idp:eu-central-1:111122223333:userpool/eu-central-1_abcdefghi'),
    userPoolClient: UserPoolClient.fromUserPoolClientId(scope, 'Client', 'posthog'),
    userPoolDomain: UserPoolDomain.fromDomainName(scope, 'Domain', 'posthog'),
  };
}

/** Every configuration, with the endpoints that are opened on demand closed and open. */
export const MODES: Mode[] = ACCESS.flatMap((access) => [
  { ...access, optIn: false },
  { ...access, name: `${access.name}, all groups open`, optIn: true },
]);

/** The outcome of a request: the name of the container that gets it without authentication, `refused`, or `sign in`. */
export type Answer = (request: Request) => string;

const ANSWERS = new Map<string, Answer>();

/** Evaluates requests with the rules of a whole PostHog, which is synthesised once in each mode. */
export function answersOf(mode: Mode): Answer {
  const answer = ANSWERS.get(mode.name) ?? answersOfPostHog(mode);
  ANSWERS.set(mode.name, answer);
  return answer;
}

function answersOfPostHog(mode: Mode): Answer {
  const stack = newStack();
  newPostHog(stack, { products: Object.values(Product), appAccess: mode.appAccess(), publicEndpointGroups: mode.optIn ? [...OPT_IN] : undefined });
  const template = Template.fromStack(stack).toJSON() as CloudFormationTemplate;
  return answersOfRules(template, containersByTargetGroup(template));
}

/** Evaluates requests with the rules of an ingress that every process is routed through, which takes less time than a whole PostHog. */
export function answersOfIngress(mode: Mode): Answer {
  const stack = newStack();
  const vpc = newVpc(stack);
  const ingress = newIngress(stack, { vpc, appAccess: mode.appAccess(), publicEndpointGroups: mode.optIn ? [...OPT_IN] : undefined });
  const owners = Object.fromEntries(
    ROUTED.map((process) => {
      const targets = newTargets(stack, process, vpc);
      ingress.route(process, targets);
      return [stack.getLogicalId(targets.node.defaultChild as never), process];
    }),
  );
  return answersOfRules(templateOf(stack), owners);
}

function answersOfRules(template: CloudFormationTemplate, owners: Readonly<Record<string, string>>): Answer {
  const rules = rulesOf(template);
  return (request) => {
    const [first] = evaluate(rules, { host: 'posthog.example.com', ...request })!.actions;
    switch (first.type) {
      case 'forward':
        return owners[first.targetGroup!];
      case 'fixed-response':
        return first.statusCode === '403' ? 'refused' : `answered ${first.statusCode}`;
      default:
        return 'sign in';
    }
  };
}
