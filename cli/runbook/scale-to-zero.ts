import { Installation, RunbookService } from './installation';
import { comment, ShellNames, variableOf } from './shell';
import { STOP_STEPS } from '../../lib/internal';

/**
 * Returns the commands that stop every task, and those that start them again.
 *
 * Application Auto Scaling is suspended first: otherwise it would start the minimum number of tasks again.
 */
export function scaleToZero({ services, billed }: Installation, names: ShellNames): string[] {
  const steps = STOP_STEPS.map((step) => ({
    ...step,
    services: step.processes.flatMap((process) => services.find((service) => service.process === process) ?? []),
  })).filter((step) => step.services.length > 0);
  return [
    ...services.map((service) => names.setService(service)[0]),
    names.setService(services[0])[1],
    '',
    comment(
      `Stop. These stay on and are billed: ${billed.length > 0 ? billed.join(', ') : 'the data stores and the load balancer, which are not in these templates'}.`,
    ),
    comment('A deployment that changes a service starts its tasks again.'),
    ...steps.flatMap(({ name, note, services: all }, i) => [
      ...(i === 0 ? [] : wait(steps[i - 1].services)),
      comment(`${i + 1}. ${name}: ${note}`),
      ...all.flatMap((service) => [...(service.scales ? [suspend(service, true)] : []), setCount(service, 0)]),
    ]),
    '',
    comment('Start again, in the reverse order.'),
    ...[...steps]
      .reverse()
      .flatMap(({ name, services: all }, i) => [
        comment(`${i + 1}. ${name}`),
        ...all.flatMap((service) => [setCount(service, service.minTasks ?? 1), ...(service.scales ? [suspend(service, false)] : [])]),
        ...wait(all),
      ]),
  ];
}

function setCount({ process }: RunbookService, count: number): string {
  return `aws ecs update-service --cluster "$CLUSTER" --service "$${variableOf(process)}" --desired-count ${count} --query service.desiredCount`;
}

function suspend({ process }: RunbookService, suspended: boolean): string {
  const state = ['DynamicScalingInSuspended', 'DynamicScalingOutSuspended', 'ScheduledScalingSuspended'].map((name) => `${name}=${suspended}`);
  return (
    `aws application-autoscaling register-scalable-target --service-namespace ecs --scalable-dimension ecs:service:DesiredCount ` +
    `--resource-id "service/$CLUSTER/\${${variableOf(process)}##*/}" --suspended-state ${state.join(',')}`
  );
}

/** Waits until services are stable. The waiter takes ten services at once. */
function wait(services: readonly RunbookService[]): string[] {
  const groups = Array.from({ length: Math.ceil(services.length / 10) }, (_, i) => services.slice(i * 10, i * 10 + 10));
  return groups.map(
    (group) => `aws ecs wait services-stable --cluster "$CLUSTER" --services ${group.map(({ process }) => `"$${variableOf(process)}"`).join(' ')}`,
  );
}
