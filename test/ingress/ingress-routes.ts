import { PostHogIngressProps, PostHogProcess } from '../../lib';
import { evaluate, ListenerRule } from '../../cli/alb/evaluate';
import { RuleAction } from '../../cli/alb/listener-rule';
import { newIngress, newTargets, newVpc, templateOf } from './fixtures';
import { rulesOf } from '../helpers/listener-rules';
import { newStack } from '../helpers/stack';

export const REFUSED: RuleAction = { type: 'fixed-response', statusCode: '403', response: { contentType: 'text/plain', body: 'Forbidden' } };

export interface Routed {
  readonly rules: readonly ListenerRule<RuleAction>[];
  /** The process that a request reaches, or `refused`. */
  readonly answering: (target: string) => string;
}

export function route(processes: readonly PostHogProcess[], props: Partial<PostHogIngressProps> = {}): Routed {
  const stack = newStack();
  const vpc = newVpc(stack);
  const ingress = newIngress(stack, { ...props, vpc });
  const owners = new Map<string, string>();
  for (const process of processes) {
    const targets = newTargets(stack, process, vpc);
    ingress.route(process, targets);
    owners.set(stack.getLogicalId(targets.node.defaultChild as never), process);
  }
  const rules = rulesOf(templateOf(stack));
  return {
    rules,
    answering: (target) =>
      evaluate(rules, { target, host: 'posthog.example.com' })!
        .actions.map(({ type, targetGroup }) => (type === 'forward' ? owners.get(targetGroup!) : 'refused'))
        .join(', then '),
  };
}
