import { ContainerDefinition, Service, Task } from '@aws-sdk/client-ecs';
import { Account } from './account';
import { Installation, RunbookService } from './installation';
import { keyOf } from './shell';
import { orUnavailable } from '../aws/aws-error';
import { CloudFormationTemplate, ofType } from '../alb/template';
import { StackFile } from '../template/template-file';

/** The number of events of each service: ECS keeps a hundred. */
const EVENTS = 20;

/** Names of variables whose values are never in a bundle. */
const SECRET_NAME = /KEY|SECRET|TOKEN|PASS|PWD|CREDENTIAL|AUTH|SALT|PRIVATE|CERT|DSN|COOKIE|SIGN|HASH|LICEN[CS]E|WEBHOOK/i;

/** Values that can be no secret: switches and numbers. All others are left out, because a URL can have a password, and a name can mislead. */
const PLAIN_VALUE = /^(true|false|on|off|\d{1,9})$/i;

/** A text without account numbers. */
function withoutAccount(text: string | undefined): string | undefined {
  return text?.replace(/(arn:[\w-]+:[\w-]*:[\w-]*:)\d{12}/g, '$1ACCOUNT').replace(/\b\d{12}(\.dkr\.ecr\.)/g, 'ACCOUNT$1');
}

/**
 * Returns a diagnostics bundle: the state of stacks, services and alarms, without values of secrets and without account numbers.
 *
 * Variables have their names only, unless their value is a switch or a number. Data that could not be read is an object with the reason.
 *
 * @param installation the PostHog
 * @param stacks its stacks
 * @param account the account, with the physical ids of its resources
 * @param version the version of this package
 */
export async function bundleOf(installation: Installation, stacks: readonly StackFile[], account: Account, version: string): Promise<object> {
  const top = stacks.filter(({ stack }) => !stack.includes('/'));
  return {
    version,
    region: account.api.region,
    stacks: await Promise.all(top.map(({ stack }) => orUnavailable(stackState(account, stack)))),
    alarms: await orUnavailable(alarmStates(stacks, account)),
    services: await inTurn(installation.services, (service) => orUnavailable(serviceState(service, account))),
  };
}

async function stackState({ api }: Account, name: string): Promise<object> {
  const stack = await api.stack(name);
  return {
    name,
    status: stack?.StackStatus,
    reason: withoutAccount(stack?.StackStatusReason),
    updated: stack?.LastUpdatedTime ?? stack?.CreationTime,
  };
}

async function alarmStates(stacks: readonly StackFile[], { api, ids }: Account): Promise<object> {
  const names = stacks.flatMap(({ stack, template, has }) => alarmsOf(template, has).flatMap((id) => ids[keyOf({ stack, id })] ?? []));
  const alarming = names.length === 0 ? [] : await api.alarming(names);
  return {
    deployed: names.length,
    inAlarm: alarming.map(({ AlarmName: name, StateReason: reason, StateUpdatedTimestamp: since }) => ({
      name,
      reason,
      since,
    })),
  };
}

function alarmsOf(template: CloudFormationTemplate, has: (id: string) => boolean): string[] {
  return ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm']
    .flatMap((type) => ofType(template, type))
    .map(([id]) => id)
    .filter(has);
}

async function serviceState({ process, service: resource }: RunbookService, { api, ids }: Account): Promise<object> {
  const arn = ids[keyOf(resource)];
  if (arn === undefined) {
    return { process, unavailable: 'it is not deployed' };
  }
  const cluster = arn.split('/')[1];
  const [service, stopped] = await Promise.all([api.service(cluster, arn), orUnavailable(api.stoppedTasks(cluster, arn))]);
  const definition = service?.taskDefinition;
  return {
    process,
    ...stateOf(service),
    taskDefinition: definition?.split('/').at(-1),
    containers:
      definition && (await orUnavailable(api.taskDefinition(definition).then((found) => (found?.containerDefinitions ?? []).map(containerOf)))),
    stopped: Array.isArray(stopped) ? stopped.map(stoppedTask) : stopped,
  };
}

function stateOf({ status, desiredCount, runningCount, pendingCount, deployments = [], events = [] }: Service = {}): object {
  return {
    status,
    desiredCount,
    runningCount,
    pendingCount,
    deployments: deployments.map(({ status: state, rolloutState, rolloutStateReason, failedTasks, createdAt, taskDefinition }) => ({
      status: state,
      rolloutState,
      reason: withoutAccount(rolloutStateReason),
      failedTasks,
      createdAt,
      taskDefinition: taskDefinition?.split('/').at(-1),
    })),
    events: events.slice(0, EVENTS).map(({ createdAt, message }) => ({ createdAt, message: withoutAccount(message) })),
  };
}

function containerOf({ name, image, environment = [], secrets = [], environmentFiles = [] }: ContainerDefinition): object {
  return {
    name,
    image: withoutAccount(image),
    variables: Object.fromEntries(
      environment.map(({ name: variable = '', value = '' }) => [
        variable,
        PLAIN_VALUE.test(value) && !SECRET_NAME.test(variable) ? value : '(left out)',
      ]),
    ),
    secrets: secrets.map((secret) => secret.name),
    hasEnvironmentFiles: environmentFiles.length > 0,
  };
}

function stoppedTask({ taskArn = '', stoppedAt, stopCode, stoppedReason, containers = [] }: Task): object {
  return {
    id: taskArn.split('/').at(-1),
    stoppedAt,
    stopCode,
    reason: withoutAccount(stoppedReason),
    containers: containers.map(({ name, exitCode, reason }) => ({ name, exitCode, reason: withoutAccount(reason) })),
  };
}

/** Converts items one after the other: thirty services at once would be throttled. */
async function inTurn<T, R>(items: readonly T[], convert: (item: T) => Promise<R>): Promise<R[]> {
  const converted: R[] = [];
  for (const item of items) {
    converted.push(await convert(item));
  }
  return converted;
}
