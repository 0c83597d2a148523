import { Service, Task } from '@aws-sdk/client-ecs';

/** The messages of a service about its own failures. Everything else is about tasks that start and stop as they should. */
const PROBLEM = /unable to|failed|unhealthy|throttled|circuit breaker|not found/i;

/** Tasks that a deployment or scaling has stopped. */
const INTENDED = /^(Scaling activity initiated by|Service .* scaling|Task stopped by user|The deployment .* ended)/i;

/** Returns what a service reports since a time, and why its tasks stopped, each once. */
export function serviceProblems(service: Service, tasks: readonly Task[], since: Date): string[] {
  const messages = (service.events ?? [])
    .filter(({ createdAt, message = '' }) => (createdAt?.getTime() ?? 0) >= since.getTime() && PROBLEM.test(message))
    .map(({ message = '' }) => message);
  const stopped = tasks
    .filter(({ stoppedAt, createdAt }) => ((stoppedAt ?? createdAt)?.getTime() ?? Infinity) >= since.getTime())
    .flatMap(stoppedReason);
  return [...new Set([...messages.reverse(), ...stopped].map(withoutIds))];
}

function stoppedReason({ stoppedReason = '', containers = [] }: Task): string[] {
  if (INTENDED.test(stoppedReason)) {
    return [];
  }
  const failed = containers.filter(({ exitCode, reason }) => (exitCode !== undefined && exitCode !== 0) || reason);
  const details = failed.map(({ name, exitCode, reason }) => `${name} ended with ${exitCode ?? 'no exit code'}${reason ? ` (${reason})` : ''}`);
  const text = [stoppedReason, ...details].filter(Boolean).join('; ');
  return text === '' ? [] : [`a task stopped: ${text}`];
}

/** Removes the ids of tasks and deployments, with which each repetition would be a problem of its own. */
function withoutIds(text: string): string {
  return text
    .replace(/\(task [0-9a-f-]+\)/g, '(task)')
    .replace(/\(deployment [\w/-]+\)/g, '(deployment)')
    .replace(/\s+/g, ' ')
    .trim();
}
