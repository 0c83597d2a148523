import { lookup } from 'node:dns/promises';
import { BlockList, isIPv4 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { DeploymentCheckAnswer, DeploymentCheckRequest, HTTP_CHECKS, isHttpCheckName } from './http-checks';
import { HttpsTransport } from './https-transport.lambda';
import { CheckResult, Clock, runCheck } from './run-checks';
import { timeLeft, withoutStack } from '../../private/lambda/custom-resource.lambda';

const PORT = 443;

/** The time until the checks must pass, in milliseconds. A request may take 40 seconds more. */
const CHECK_TIME_MS = 5 * 60_000;

/** The longest result: CloudFormation accepts a response of 4,096 bytes. */
const MAX_RESULT_LENGTH = 2_000;

/** Addresses that a function outside of a VPC has no route to. */
const PRIVATE = new BlockList();
[
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
].forEach(([net, prefix]) => PRIVATE.addSubnet(net as string, prefix as number, 'ipv4'));

const CLOCK: Clock = { now: () => Date.now(), sleep: (milliseconds) => sleep(milliseconds) };

/**
 * Checks PostHog through its load balancer at the end of a deployment, for DeploymentCheck.
 *
 * It runs behind the CDK's own entry point for custom resources, which reports its result or error to CloudFormation.
 */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<{ Data?: DeploymentCheckAnswer }> {
  if (event.RequestType === 'Delete') {
    return {};
  }
  const request = requestOf(event);
  const time = Math.min(CHECK_TIME_MS, timeLeft(context));
  const { isFailure, text } = await check(request, time);
  console.log(text);
  if (isFailure && (await isUpdating(event.StackId))) {
    throw withoutStack(
      `PostHog does not work after this update: ${text.slice(0, MAX_RESULT_LENGTH)}. To deploy without this check, set \`checkDeployment: false\``,
    );
  }
  return { Data: { Result: `${isFailure ? 'WARNING: ' : ''}${text}`.slice(0, MAX_RESULT_LENGTH) } };
}

function requestOf({ RequestType, ResourceProperties }: CloudFormationCustomResourceEvent): DeploymentCheckRequest {
  const request = (ResourceProperties ?? {}) as Partial<DeploymentCheckRequest>;
  const { LoadBalancerDnsName, DomainName, Checks, ExpectsRoute } = request;
  if (typeof LoadBalancerDnsName !== 'string' || typeof DomainName !== 'string' || !Array.isArray(Checks) || !Checks.every(isHttpCheckName)) {
    throw new Error(
      `the event must have LoadBalancerDnsName, DomainName and Checks (${Object.keys(HTTP_CHECKS).join(', ')}), got: ` +
        `${JSON.stringify({ RequestType, LoadBalancerDnsName, DomainName, Checks, ExpectsRoute })}; leave this resource to PostHog`,
    );
  }
  return request as DeploymentCheckRequest;
}

async function check(request: DeploymentCheckRequest, time: number): Promise<{ isFailure: boolean; text: string }> {
  const { LoadBalancerDnsName: host, DomainName: serverName, Checks, ExpectsRoute } = request;
  if (await isPrivate(host)) {
    return { isFailure: false, text: `not checked: ${host} has private addresses only, which this function has no route to` };
  }
  if (request.StoppedAlarm !== undefined && (await isInAlarm(request.StoppedAlarm))) {
    return { isFailure: false, text: `not checked: all tasks are stopped on a schedule, as the alarm ${request.StoppedAlarm} says` };
  }
  const transport = new HttpsTransport({ host, port: PORT, serverName });
  const results = await Promise.all(Checks.map((name) => runCheck(HTTP_CHECKS[name], transport, CLOCK, time)));
  if (ExpectsRoute === 'false' && results.every(({ outcome }) => outcome === 'unreachable')) {
    return { isFailure: false, text: `not checked: ${host} does not allow this function; ${sentence(results)}` };
  }
  return { isFailure: results.some(({ outcome }) => outcome !== 'pass'), text: sentence(results) };
}

function sentence(results: readonly CheckResult[]): string {
  return results.map(({ text }) => text).join('; ');
}

/** Returns whether a name has private addresses only. A name that does not resolve yet is not private: its requests fail anyway. */
async function isPrivate(host: string): Promise<boolean> {
  const addresses = await lookup(host, { all: true, family: 4 }).catch((error: Error) => {
    console.log(`the name ${host} was not found: ${error.message}`);
    return [];
  });
  return addresses.length > 0 && addresses.every(({ address }) => isIPv4(address) && PRIVATE.check(address));
}

/** Returns whether an alarm is in ALARM. If its state cannot be read, PostHog is checked as if it was not. */
async function isInAlarm(name: string): Promise<boolean> {
  try {
    const { MetricAlarms: [alarm] = [] } = await new CloudWatchClient({ maxAttempts: 5 }).send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
    return alarm?.StateValue === 'ALARM';
  } catch (error) {
    console.error(`the state of the alarm ${name} could not be read`, error);
    return false;
  }
}

/**
 * Returns whether the stack is being updated.
 *
 * Only then does a failure help. In a first deployment it would delete resources that took hours to create. In a rollback it would leave the stack in
 * a state that only AWS support can fix. If the status cannot be read, the failure is a warning for the same reasons.
 */
async function isUpdating(stackId: string): Promise<boolean> {
  try {
    const { Stacks: [stack] = [] } = await new CloudFormationClient({ maxAttempts: 5 }).send(new DescribeStacksCommand({ StackName: stackId }));
    return stack?.StackStatus === 'UPDATE_IN_PROGRESS';
  } catch (error) {
    console.error('the status of the stack could not be read, so this is a warning only', error);
    return false;
  }
}
