import { CheckContext, some } from '../check-context';
import { isUnavailable, TargetGroup, TargetHealth } from '../deployment';
import { CheckResult, pass, unknown, fail } from '../check-result';

/** What to do, by the reason that the load balancer gives. */
const FIXES: Readonly<Record<string, string>> = {
  'Target.ResponseCodeMismatch': 'read the log of the process: it answers the health check with an error',
  'Target.Timeout': 'let the task\'s security group admit the load balancer on this port, and see in its log whether the process has started',
  'Target.FailedHealthChecks': 'see in the log of the process whether it has started, and whether its port is right',
  'Target.NotInUse': 'put back the listener rule that forwards to this target group, or add the target\'s zone to the load balancer',
  'Target.InvalidState': 'start the target again',
  'Target.IpUnusable': 'give the target another address: a load balancer uses this one',
};

/** Leaving, and so not missed. */
const LEAVING = ['draining', 'unhealthy.draining'];

/** Whether somebody answers in every target group that requests for this host are forwarded to. */
export function checkTargetHealth({ deployment: { targetGroups }, door }: CheckContext): CheckResult[] {
  if (!door) {
    return [];
  }
  if (isUnavailable(targetGroups)) {
    return [unknown('the health of targets', targetGroups)];
  }
  const forwarded = door.rules.flatMap(({ actions }) => actions.map(({ targetGroup }) => targetGroup));
  return targetGroups.filter(({ arn }) => forwarded.includes(arn)).map((group) => judge(group, door.targets[group.arn]?.process ?? group.name));
}

function judge({ name, healthCheck, targets }: TargetGroup, process: string): CheckResult {
  if (isUnavailable(targets)) {
    return unknown(`the health of ${process}`, targets);
  }
  const there = targets.filter(({ state }) => !LEAVING.includes(state));
  if (there.length === 0) {
    return fail(`${process}: no target is registered, so requests get 503`, `see why the service has no task that runs (target group ${name})`);
  }
  const bad = there.filter(({ state }) => state !== 'healthy');
  const healthy = `${there.length - bad.length} of ${there.length} ${there.length === 1 ? 'target is' : 'targets are'} healthy`;
  if (bad.length === 0) {
    return pass(`${process}: ${healthy}`);
  }
  if (bad.every(({ state }) => state === 'unavailable')) {
    return unknown(`${process}`, { unavailable: 'health checks are turned off' });
  }
  return fail(`${process}: ${healthy}; ${some(bad.map(inWords), 2)} (health check: ${healthCheck})`, FIXES[bad[0].reason ?? ''] ?? 'wait for the first health checks, and ask again');
}

function inWords({ target, state, reason, description }: TargetHealth): string {
  return `${target} is ${state}${description ?? reason ? `: ${description ?? reason}` : ''}`;
}
