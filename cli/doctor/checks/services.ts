import { CheckContext } from '../check-context';
import { isUnavailable, Service } from '../deployment';
import { CheckResult, pass, unknown, fail } from '../check-result';
import { processOf } from '../processes';

/** Whether every service runs as many tasks as it should, of the newest task definition. */
export function checkServices({ deployment: { services } }: CheckContext): CheckResult[] {
  if (isUnavailable(services)) {
    return [unknown('the ECS services', services)];
  }
  if (services.length === 0) {
    return [{ verdict: 'unknown', text: 'no ECS service registers with the load balancer\'s target groups, so what PostHog was told cannot be read' }];
  }
  return services.map(judge);
}

function judge(service: Service): CheckResult {
  const { name, cluster, status, desiredCount, runningCount, rollouts, newestDefinition, lastEvent } = service;
  const [primary, ...others] = rollouts;
  const called = processOf(service);
  const look = `aws ecs describe-services --cluster ${cluster} --services ${name}`;
  const tasks = `${runningCount} of ${desiredCount} ${desiredCount === 1 ? 'task runs' : 'tasks run'}`;
  if (status !== 'ACTIVE') {
    return fail(`${called}: the service is ${status}`, 'deploy the stack again');
  }
  if (desiredCount === 0) {
    return fail(`${called}: no task is wanted (the desired count is 0)`, `aws ecs update-service --cluster ${cluster} --service ${name} --desired-count 1`);
  }
  if (primary?.state === 'FAILED') {
    return fail(`${called}: the rollout of ${primary.definition} has failed${primary.reason ? `: ${primary.reason}` : ''}`, `see why its tasks stop: ${look}`);
  }
  if (others.length > 0 || primary?.state === 'IN_PROGRESS') {
    const old = others.map(({ definition, runningCount: count }) => `${count} of ${definition}`).join(', ');
    return fail(`${called}: a rollout is on its way: ${tasks}${old ? `, and ${old} still ${others.length > 1 ? 'run' : 'runs'}` : ''}`,
      `wait and ask again; where it does not end, see why: ${look}`);
  }
  if (runningCount < desiredCount) {
    return fail(`${called}: ${tasks}${lastEvent ? `; ECS says: ${lastEvent}` : ''}`, `see why they stop: ${look}`);
  }
  if (isUnavailable(newestDefinition)) {
    return unknown(`whether ${called} runs the newest task definition`, newestDefinition);
  }
  return newestDefinition === primary?.definition ? pass(`${called}: ${tasks} ${newestDefinition}`)
    : fail(`${called}: ${tasks} ${primary?.definition}, and ${newestDefinition} is newer`, `deploy the stack again, or: aws ecs update-service --cluster ${cluster} --service ${name} --task-definition ${newestDefinition}`);
}
