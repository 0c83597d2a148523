import {
  ContainerDefinition,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  Action,
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeRulesCommand,
  ModifyListenerAttributesCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyRuleCommand,
  Rule,
  RuleCondition,
  SetRulePrioritiesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { listenerOf, loadBalancerOf } from './listeners';
import { servicesOf } from './services';
import { World } from './world';

/** Undoes a change. */
export type Undo = () => Promise<unknown>;

/** The rule of the https listener with a priority. */
export async function ruleAt(world: World, priority: number): Promise<Rule> {
  const { ListenerArn } = await listenerOf(world, 443);
  const { Rules = [] } = await world.elb.send(new DescribeRulesCommand({ ListenerArn }));
  const found = Rules.find((rule) => rule.Priority === String(priority));
  if (!found) {
    throw new Error(`there is no rule ${priority}`);
  }
  return { ...found, Conditions: (found.Conditions ?? []).map(withoutValues) };
}

/** The API returns values twice, and accepts them once. */
function withoutValues(condition: RuleCondition): RuleCondition {
  return { ...condition, Values: undefined };
}

export async function deleteRule(world: World, priority: number): Promise<Undo> {
  const { ListenerArn } = await listenerOf(world, 443);
  const { RuleArn, Conditions, Actions } = await ruleAt(world, priority);
  await world.elb.send(new DeleteRuleCommand({ RuleArn }));
  return () => world.elb.send(new CreateRuleCommand({ ListenerArn, Priority: priority, Conditions, Actions }));
}

export async function addRule(world: World, priority: number, paths: string[], like: number): Promise<Undo> {
  const { ListenerArn } = await listenerOf(world, 443);
  const { Actions } = await ruleAt(world, like);
  const Conditions = [{ Field: 'path-pattern', PathPatternConfig: { Values: paths } }];
  const { Rules = [] } = await world.elb.send(new CreateRuleCommand({ ListenerArn, Priority: priority, Conditions, Actions }));
  return () => world.elb.send(new DeleteRuleCommand({ RuleArn: Rules[0].RuleArn }));
}

export async function changeRule(world: World, priority: number, change: { Conditions?: RuleCondition[]; Actions?: Action[] }): Promise<Undo> {
  const { RuleArn, Conditions, Actions } = await ruleAt(world, priority);
  await world.elb.send(new ModifyRuleCommand({ RuleArn, Conditions, Actions, ...change }));
  return () => world.elb.send(new ModifyRuleCommand({ RuleArn, Conditions, Actions }));
}

/** Each takes the other's target group. */
export async function swapTargets(world: World, one: number, other: number): Promise<Undo> {
  const [{ Actions: first }, { Actions: second }] = await Promise.all([ruleAt(world, one), ruleAt(world, other)]);
  const undo = [await changeRule(world, one, { Actions: second }), await changeRule(world, other, { Actions: first })];
  return () => Promise.all(undo.map((back) => back()));
}

export async function moveRule(world: World, from: number, to: number): Promise<Undo> {
  const { RuleArn } = await ruleAt(world, from);
  const move = (Priority: number) => world.elb.send(new SetRulePrioritiesCommand({ RulePriorities: [{ RuleArn, Priority }] }));
  await move(to);
  return () => move(from);
}

export async function changeListener(world: World, port: number, change: { DefaultActions?: Action[]; SslPolicy?: string }): Promise<Undo> {
  const { ListenerArn, DefaultActions, SslPolicy: policy } = await listenerOf(world, port);
  await world.elb.send(new ModifyListenerCommand({ ListenerArn, DefaultActions, ...change }));
  return () => world.elb.send(new ModifyListenerCommand({ ListenerArn, DefaultActions, SslPolicy: policy }));
}

export async function setAttribute(world: World, key: string, value: string, right: string): Promise<Undo> {
  const { LoadBalancerArn } = await loadBalancerOf(world);
  const set = (Value: string) => world.elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes: [{ Key: key, Value }] }));
  await set(value);
  return () => set(right);
}

export async function setListenerAttribute(world: World, key: string, value: string, right: string): Promise<Undo> {
  const { ListenerArn } = await listenerOf(world, 443);
  const set = (Value: string) => world.elb.send(new ModifyListenerAttributesCommand({ ListenerArn, Attributes: [{ Key: key, Value }] }));
  await set(value);
  return () => set(right);
}

/** The service of a container gets a task definition in which that container's variables are others; undefined removes one. */
export async function changeEnvironment(world: World, container: string, variables: Readonly<Record<string, string | undefined>>): Promise<Undo> {
  const { cluster, service, taskDefinition, made } = await register(world, container, (definition) => ({
    ...definition,
    environment: [
      ...(definition.environment ?? []).filter(({ name }) => !(name! in variables)),
      ...Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
    ],
  }));
  await world.ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition: made }));
  return async () => {
    await world.ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition }));
    await world.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: made }));
  };
}

/** A new revision of a container's task definition that no service runs. */
export async function registerOnly(world: World, container: string): Promise<Undo> {
  const { made } = await register(world, container, (definition) => definition);
  return () => world.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: made }));
}

async function register(world: World, container: string, change: (definition: ContainerDefinition) => ContainerDefinition) {
  for (const { serviceArn: service, clusterArn: cluster, taskDefinition } of await servicesOf(world)) {
    const { taskDefinition: definition } = await world.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    const containers = definition?.containerDefinitions ?? [];
    if (containers.some(({ name }) => name === container)) {
      const { family, networkMode, cpu, memory, requiresCompatibilities } = definition!;
      const containerDefinitions = containers.map((one) => (one.name === container ? change(one) : one));
      const command = new RegisterTaskDefinitionCommand({ family, networkMode, cpu, memory, requiresCompatibilities, containerDefinitions });
      const { taskDefinition: made } = await world.ecs.send(command);
      return { cluster, service, taskDefinition, made: made!.taskDefinitionArn! };
    }
  }
  throw new Error(`no service runs ${container}`);
}
