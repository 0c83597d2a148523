import { CheckContext, CheckResult, fail, pass, some, unknown } from '../../check';
import { TargetGroup, TargetHealth } from '../../deployment/deployment';
import { isUnavailable } from '../../../aws/loaded';

/** The fix for each reason code of the load balancer. */
const FIXES: Readonly<Record<string, string>> = {
  'Target.ResponseCodeMismatch': 'read the log of the process: its health check responds with an error',
  'Target.Timeout': "allow the load balancer in the task's security group on this port, and check in the log that the process has started",
  'Target.FailedHealthChecks': 'check in the log that the process has started, and that its port is right',
  'Target.NotInUse': "restore the listener rule that forwards to this target group, or add the target's zone to the load balancer",
  'Target.InvalidState': 'start the target again',
  'Target.IpUnusable': 'use another IP address for the target: a load balancer uses this one',
};

/** Deregistering, so not counted. */
const LEAVING = ['draining', 'unhealthy.draining'];

/** Checks that every target group of this host has healthy targets. */
export function checkTargetHealth({ deployment: { targetGroups }, ingress }: CheckContext): CheckResult[] {
  if (!ingress) {
    return [];
  }
  if (isUnavailable(targetGroups)) {
    return [unknown('the health of targets', targetGroups)];
  }
  const forwarded = ingress.rules.flatMap(({ actions }) => actions.map(({ targetGroup }) => targetGroup));
  return targetGroups
    .filter(({ arn }) => forwarded.includes(arn))
    .map((group) => healthResult(group, ingress.targets[group.arn]?.process ?? group.name));
}

function healthResult({ name, healthCheck, targets }: TargetGroup, process: string): CheckResult {
  if (isUnavailable(targets)) {
    return unknown(`the health of ${process}`, targets);
  }
  const registered = targets.filter(({ state }) => !LEAVING.includes(state));
  if (registered.length === 0) {
    return fail(`${process}: no target is registered, so requests get 503`, `see why the service has no running task (target group ${name})`);
  }
  const bad = registered.filter(({ state }) => state !== 'healthy');
  const healthy = `${registered.length - bad.length} of ${registered.length} ${registered.length === 1 ? 'target is' : 'targets are'} healthy`;
  if (bad.length === 0) {
    return pass(`${process}: ${healthy}`);
  }
  if (bad.every(({ state }) => state === 'unavailable')) {
    return unknown(`${process}`, { unavailable: 'health checks are turned off' });
  }
  return fail(
    `${process}: ${healthy}; ${some(bad.map(inWords), 2)} (health check: ${healthCheck})`,
    FIXES[bad[0].reason ?? ''] ?? 'wait for the first health checks, and run the doctor again',
  );
}

function inWords({ target, state, reason, description }: TargetHealth): string {
  return `${target} is ${state}${(description ?? reason) ? `: ${description ?? reason}` : ''}`;
}
