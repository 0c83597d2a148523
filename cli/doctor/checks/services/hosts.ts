import { CheckContext, CheckResult, fail, pass, some, unknown, warning } from '../../check';
import { Host } from '../../deployment/deployment';
import { isUnavailable } from '../../../aws/loaded';

/** The time that a host may take to register. Its boot script gives up ten minutes after each of its steps began. */
const REGISTRATION_MINUTES = 15;

const REPLACE = 'npx cdk-posthog runbook hosts';

/** Checks that the EC2 hosts of tasks are registered in their cluster, with a trunk network interface, and are of the current launch template. */
export function checkHosts({ deployment: { hosts }, now }: CheckContext): CheckResult[] {
  if (hosts === undefined) {
    return [];
  }
  if (isUnavailable(hosts)) {
    return [unknown('the EC2 hosts of tasks', hosts)];
  }
  if (hosts.length === 0) {
    return [warning('no EC2 host runs, so tasks on instances cannot start', 'aws autoscaling describe-scaling-activities shows why')];
  }
  const wrong = hosts.flatMap((host) => hostResult(host, now));
  const outdated = hosts.filter((host) => host.outdated).map(({ instance }) => instance);
  return [
    ...(wrong.length < hosts.length
      ? [pass(`${hosts.length - wrong.length} of ${hosts.length} hosts are registered, with a trunk network interface`)]
      : []),
    ...wrong,
    ...(outdated.length > 0
      ? [warning(`${outdated.length} of ${hosts.length} hosts are of an earlier launch template: ${some(outdated)}`, REPLACE)]
      : []),
  ];
}

/** Returns the result for a host that tasks cannot be placed on as they should. */
function hostResult({ instance, launched, registration }: Host, now: Date): CheckResult[] {
  const console = `aws ec2 get-console-output --latest --instance-id ${instance} --output text | grep ecs-host`;
  if (registration === undefined) {
    const minutes = launched === undefined ? undefined : Math.floor((now.getTime() - launched.getTime()) / 60_000);
    return minutes !== undefined && minutes < REGISTRATION_MINUTES
      ? [warning(`the host ${instance} started ${minutes} minutes ago and is not registered yet`, console)]
      : [fail(`the host ${instance} runs and is not registered in its cluster`, `see why: ${console}`)];
  }
  const { status, reason, agentConnected, trunk, provider } = registration;
  if (status === 'DRAINING') {
    return [warning(`the host ${instance} is DRAINING: its tasks move to others`)];
  }
  if (status !== 'ACTIVE') {
    return [fail(`the host ${instance} is ${status}${reason ? `: ${reason}` : ''}`, `see why: ${console}`)];
  }
  if (!trunk) {
    return [
      fail(
        `the host ${instance} has no trunk network interface, so it runs two or three tasks`,
        `terminate it, and its group starts another one: aws autoscaling terminate-instance-in-auto-scaling-group --instance-id ${instance} --no-should-decrement-desired-capacity`,
      ),
    ];
  }
  if (!agentConnected) {
    return [
      fail(
        `the ECS agent of the host ${instance} is not connected`,
        `in a session (aws ssm start-session --target ${instance}): sudo systemctl restart ecs`,
      ),
    ];
  }
  return provider === undefined ? [fail(`the host ${instance} belongs to no capacity provider, so services place no tasks on it`, REPLACE)] : [];
}
