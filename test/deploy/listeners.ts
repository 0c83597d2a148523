import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  Listener,
  LoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ListenerRule, Request, evaluate } from '../../cli/alb/evaluate';
import { RuleAction, ruleOf } from '../../cli/alb/listener-rule';
import { containersByTargetGroupArn } from './services';
import { World } from './world';
import { rulesOf } from '../helpers/listener-rules';

/** The account's only load balancer. */
export async function loadBalancerOf(world: World): Promise<LoadBalancer> {
  const { LoadBalancers: found = [] } = await world.elb.send(new DescribeLoadBalancersCommand());
  expect(found).toHaveLength(1);
  return found[0];
}

/** Its listener on a port. */
export async function listenerOf(world: World, port: number): Promise<Listener> {
  const { LoadBalancerArn } = await loadBalancerOf(world);
  const { Listeners: found = [] } = await world.elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
  expect(found.map(({ Port }) => Port).sort()).toEqual([443, 80]);
  return found.find(({ Port }) => Port === port)!;
}

/** The rules of a listener as the API returns them, in order, the default rule last. */
export async function rulesInAccount(world: World, port = 443): Promise<ListenerRule<RuleAction>[]> {
  const { ListenerArn } = await listenerOf(world, port);
  const { Rules: rules = [] } = await world.elb.send(new DescribeRulesCommand({ ListenerArn }));
  return inOrder(rules.map((rule) => ruleOf(rule, rule.IsDefault ? undefined : rule.RuleArn, (reference) => reference as string | undefined)));
}

/** The rules of the template, with the names that its target groups have in the account. */
export function rulesInTemplate(world: World): ListenerRule<RuleAction>[] {
  return inOrder(
    rulesOf(world.template).map((rule) => ({
      ...rule,
      id: rule.id && world.physicalId(rule.id),
      actions: rule.actions.map((action) => ({ ...action, targetGroup: action.targetGroup && world.physicalId(action.targetGroup) })),
    })),
  );
}

/** Says what becomes of requests: the container that answers, or the status of the load balancer's own answer. */
export async function router(world: World): Promise<(request: Request) => string | undefined> {
  const rules = await rulesInAccount(world);
  const containers = await containersByTargetGroupArn(world);
  return (request) => {
    const [action] = evaluate(rules, { host: 'posthog.analytics.test', sourceIp: '192.0.2.1', ...request })!.actions;
    return action.targetGroup ? containers.get(action.targetGroup) : action.statusCode;
  };
}

function inOrder(rules: ListenerRule<RuleAction>[]): ListenerRule<RuleAction>[] {
  return [...rules].sort((a, b) => (a.priority ?? Infinity) - (b.priority ?? Infinity));
}
