import { CloudFormationTemplate, numberOf } from '../alb/template';
import { providerOf } from '../template/template-capacity';
import { TemplateService } from '../template/template-services';

/** The capacity that the tasks of a service run on. */
export type Capacity =
  | { readonly kind: 'fargate'; readonly onDemand: number | undefined; readonly spot: number | undefined }
  /** Instances of an Auto Scaling group or Managed Instances, which have their own cost. */
  | { readonly kind: 'instances' }
  | { readonly kind: 'unknown' };

const FARGATE = 'FARGATE';
const SPOT = 'FARGATE_SPOT';

/**
 * Returns the capacity of a service, with its number of tasks on Fargate and on Fargate Spot.
 *
 * A capacity provider first gets its base, and then its part of the other tasks by weight.
 *
 * @param template the template
 * @param service the service
 * @param tasks its number of tasks; undefined if it is known at deployment only
 */
export function capacityOf(template: CloudFormationTemplate, service: TemplateService, tasks: number | undefined): Capacity {
  const strategy = service.CapacityProviderStrategy ?? [];
  const other = strategy.map(({ CapacityProvider }) => CapacityProvider).find((provider) => provider !== FARGATE && provider !== SPOT);
  if (service.LaunchType === 'EC2') {
    return { kind: 'instances' };
  }
  if (other !== undefined) {
    const { AutoScalingGroupProvider, ManagedInstancesProvider } = providerOf(template, service) ?? {};
    return { kind: (AutoScalingGroupProvider ?? ManagedInstancesProvider) ? 'instances' : 'unknown' };
  }
  const spot = strategy.filter(({ CapacityProvider }) => CapacityProvider === SPOT);
  if (tasks === undefined || spot.length === 0) {
    const areAllSpot = spot.length > 0 && spot.length === strategy.length;
    return { kind: 'fargate', onDemand: areAllSpot ? 0 : tasks, spot: areAllSpot ? tasks : 0 };
  }
  const sum = (providers: typeof strategy, key: 'Base' | 'Weight') => providers.reduce((total, one) => total + (numberOf(one[key]) ?? 0), 0);
  const [base, weight] = [Math.min(tasks, sum(spot, 'Base')), sum(strategy, 'Weight')];
  const others = Math.max(0, tasks - sum(strategy, 'Base'));
  const onSpot = base + Math.round(weight === 0 ? 0 : (others * sum(spot, 'Weight')) / weight);
  return { kind: 'fargate', onDemand: tasks - onSpot, spot: onSpot };
}
