import { Loaded, Container, Deployment, isUnavailable, Rollout, Service } from './deployment';
import { CLIENT_ADDRESS_CONTAINER, isProcess, PostHogProcess } from '../../lib/internal';

/** Variables that only a Django process behind a proxy has. */
const DJANGO_VARIABLES = ['IS_BEHIND_PROXY', 'TRUSTED_PROXIES', 'TRUST_ALL_PROXIES'];

const DJANGO: readonly string[] = [PostHogProcess.WEB, PostHogProcess.WORKER];

/** A container that runs Django, and where it stands. */
export interface Django {
  /** How it is called for the reader: its process, and where several run, its task definition. */
  readonly label: string;
  readonly container: Container;
}

/** The process that a service runs, by the name of its container; the service's own name where PostHog has no such process. */
export function processOf(service: Service): string {
  const names = [...service.targets.map(({ container }) => container), ...containersOf(service).map(({ name }) => name)];
  return names.find(isProcess) ?? names.find((name) => name !== '' && name !== CLIENT_ADDRESS_CONTAINER) ?? service.name;
}

/** The containers that a service is brought to. */
export function containersOf({ rollouts: [primary] }: Service): readonly Container[] {
  return primary && !isUnavailable(primary.containers) ? primary.containers : [];
}

/** Whether a container runs Django. */
export function isDjango({ name, environment, secrets }: Container): boolean {
  return DJANGO.includes(name) || DJANGO_VARIABLES.some((variable) => variable in environment || secrets.includes(variable));
}

/** The rollouts of a service that matter: those with tasks, or the one that it is brought to. */
export function liveRollouts({ rollouts }: Service): Rollout[] {
  const running = rollouts.filter(({ runningCount }) => runningCount > 0);
  return running.length > 0 ? running : rollouts.slice(0, 1);
}

/** Every container that runs Django, each once for every task definition that runs. */
export function djangoOf({ services }: Deployment): Loaded<Django[]> {
  if (isUnavailable(services)) {
    return services;
  }
  const refused = services.flatMap(liveRollouts).map(({ containers }) => containers).find(isUnavailable);
  if (refused) {
    return refused;
  }
  return services.flatMap((service) => {
    const rollouts = liveRollouts(service);
    return rollouts.flatMap(({ definition, containers }) => (isUnavailable(containers) ? [] : containers.filter(isDjango)).map((container) => ({
      label: rollouts.length > 1 ? `${container.name} (${definition})` : container.name, container,
    })));
  });
}

/** Whether any service has the nginx that verifies addresses. */
export function verifiesAddresses({ services }: Deployment): boolean {
  return !isUnavailable(services) && services.some((service) => containersOf(service).some(({ name }) => name === CLIENT_ADDRESS_CONTAINER));
}

/** Whether Django takes a text for true (posthog/settings/utils.py, `str_to_bool`). */
export function isTrue(text = ''): boolean {
  return ['y', 'yes', 't', 'true', 'on', '1'].includes(text.toLowerCase());
}
