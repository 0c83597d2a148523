import { CloudFormationTemplate, logicalId, ofType } from '../alb/template';
import { CLIENT_ADDRESS_CONTAINER, isProcess } from '../../lib/internal';

interface ServiceProperties {
  readonly TaskDefinition?: unknown;
  readonly LoadBalancers?: { readonly TargetGroupArn: unknown; readonly ContainerName: string }[];
}

interface TaskProperties {
  readonly ContainerDefinitions: { readonly Name: string }[];
}

/**
 * Returns the container of each target group, by the target group's logical id. For the nginx sidecar that verifies client IPs, this is the
 * container behind it.
 *
 * @param template the synthesised template
 */
export function containersByTargetGroup(template: CloudFormationTemplate): Record<string, string> {
  const services = ofType<ServiceProperties>(template, 'AWS::ECS::Service');
  const targets = services.flatMap(([, service]) => (service.LoadBalancers ?? []).map((target) => ({ service, target })));
  return Object.fromEntries(
    targets.map(({ service, target }): [string, string] => [
      String(logicalId(target.TargetGroupArn)),
      target.ContainerName === CLIENT_ADDRESS_CONTAINER ? containerBehind(template, service) : target.ContainerName,
    ]),
  );
}

function containerBehind(template: CloudFormationTemplate, service: ServiceProperties): string {
  const task = ofType<TaskProperties>(template, 'AWS::ECS::TaskDefinition').find(([id]) => id === logicalId(service.TaskDefinition));
  const others = (task?.[1].ContainerDefinitions ?? []).map(({ Name }) => Name).filter((name) => name !== CLIENT_ADDRESS_CONTAINER);
  // A task may also have sidecars of the process, such as a log router.
  const processes = others.filter(isProcess);
  const candidates = processes.length > 0 ? processes : others;
  if (candidates.length !== 1) {
    throw new Error(
      `the task must have one process of PostHog next to ${CLIENT_ADDRESS_CONTAINER}, or one container, got: ${candidates.join(', ') || 'none'}`,
    );
  }
  return candidates[0];
}
