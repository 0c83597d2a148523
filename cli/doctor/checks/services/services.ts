import { CheckContext, CheckResult, fail, pass, unknown } from '../../check';
import { Service } from '../../deployment/deployment';
import { isUnavailable } from '../../../aws/loaded';
import { processOf } from '../../deployment/processes';

/** Checks that every service runs its desired number of tasks, with the newest task definition. */
export function checkServices({ deployment: { services } }: CheckContext): CheckResult[] {
  if (isUnavailable(services)) {
    return [unknown('the ECS services', services)];
  }
  if (services.length === 0) {
    return [{ status: 'unknown', text: "no ECS service registers with the load balancer's target groups, so PostHog's settings are unknown" }];
  }
  return services.map(serviceResult);
}

function serviceResult(service: Service): CheckResult {
  const { name, cluster, status, desiredCount, runningCount, rollouts, newestDefinition, lastEvent } = service;
  const [primary, ...others] = rollouts;
  const called = processOf(service);
  const look = `aws ecs describe-services --cluster ${cluster} --services ${name}`;
  const tasks = `${runningCount} of ${desiredCount} ${desiredCount === 1 ? 'task runs' : 'tasks run'}`;
  if (status !== 'ACTIVE') {
    return fail(`${called}: the service is ${status}`, 'redeploy the stack');
  }
  if (desiredCount === 0) {
    return fail(`${called}: the desired count is 0`, `aws ecs update-service --cluster ${cluster} --service ${name} --desired-count 1`);
  }
  if (primary?.state === 'FAILED') {
    return fail(
      `${called}: the deployment of ${primary.definition} has failed${primary.reason ? `: ${primary.reason}` : ''}`,
      `see why its tasks stop: ${look}`,
    );
  }
  if (others.length > 0 || primary?.state === 'IN_PROGRESS') {
    const old = others.map(({ definition, runningCount: count }) => `${count} of ${definition}`).join(', ');
    return fail(
      `${called}: a deployment is in progress: ${tasks}${old ? `, and ${old} still ${others.length > 1 ? 'run' : 'runs'}` : ''}`,
      `wait and run the doctor again; if it does not complete, see the reason: ${look}`,
    );
  }
  if (runningCount < desiredCount) {
    return fail(`${called}: ${tasks}${lastEvent ? `; last ECS event: ${lastEvent}` : ''}`, `see why they stop: ${look}`);
  }
  if (isUnavailable(newestDefinition)) {
    return unknown(`whether ${called} runs the newest task definition`, newestDefinition);
  }
  return newestDefinition === primary?.definition
    ? pass(`${called}: ${tasks} ${newestDefinition}`)
    : fail(
        `${called}: ${tasks} ${primary?.definition}, and ${newestDefinition} is newer`,
        `redeploy the stack, or: aws ecs update-service --cluster ${cluster} --service ${name} --task-definition ${newestDefinition}`,
      );
}
