import { Container, Deployment, Rollout, Service } from './deployment';
import { Loaded, isUnavailable } from '../../aws/loaded';
import { CLIENT_ADDRESS_CONTAINER, isProcess, PostHogProcess } from '../../../lib/internal';

/** Variables that only a Django process behind a proxy has. */
const DJANGO_VARIABLES = ['IS_BEHIND_PROXY', 'TRUSTED_PROXIES', 'TRUST_ALL_PROXIES'];

const DJANGO: readonly string[] = [PostHogProcess.WEB, PostHogProcess.WORKER];

/** A container that runs Django. */
export interface Django {
  /** Its label in reports: its process, and if several revisions run, its task definition. */
  readonly label: string;
  readonly container: Container;
}

/** Returns the process that a service runs, by the name of its container, or else the name of the service. */
export function processOf(service: Service): string {
  const names = [...service.targets.map(({ container }) => container), ...containersOf(service).map(({ name }) => name)];
  return names.find(isProcess) ?? names.find((name) => name !== '' && name !== CLIENT_ADDRESS_CONTAINER) ?? service.name;
}

/** Returns the containers of the primary deployment of a service. */
export function containersOf({ rollouts: [primary] }: Service): readonly Container[] {
  return primary && !isUnavailable(primary.containers) ? primary.containers : [];
}

/** Returns whether a container runs Django. */
export function isDjango({ name, environment, secrets }: Container): boolean {
  return DJANGO.includes(name) || DJANGO_VARIABLES.some((variable) => variable in environment || secrets.includes(variable));
}

/** Returns the deployments of a service with running tasks, or else the primary one. */
export function liveRollouts({ rollouts }: Service): Rollout[] {
  const running = rollouts.filter(({ runningCount }) => runningCount > 0);
  return running.length > 0 ? running : rollouts.slice(0, 1);
}

/** Returns every container that runs Django, once for each running task definition. */
export function djangoOf({ services }: Deployment): Loaded<Django[]> {
  if (isUnavailable(services)) {
    return services;
  }
  const refused = services
    .flatMap(liveRollouts)
    .map(({ containers }) => containers)
    .find(isUnavailable);
  if (refused) {
    return refused;
  }
  return services.flatMap((service) => {
    const rollouts = liveRollouts(service);
    return rollouts.flatMap(({ definition, containers }) =>
      (isUnavailable(containers) ? [] : containers.filter(isDjango)).map((container) => ({
        label: rollouts.length > 1 ? `${container.name} (${definition})` : container.name,
        container,
      })),
    );
  });
}

/** Returns whether any service has the nginx sidecar that verifies client IPs. */
export function verifiesAddresses({ services }: Deployment): boolean {
  return !isUnavailable(services) && services.some((service) => containersOf(service).some(({ name }) => name === CLIENT_ADDRESS_CONTAINER));
}
