import { Installation } from './installation';
import { physicalId, shell, Step } from './step';

const COUNTS = 'desired-counts.txt';

const SCALABLE_TARGETS =
  'aws application-autoscaling describe-scalable-targets --service-namespace ecs ' +
  '--query "ScalableTargets[?starts_with(ResourceId, \'service/$CLUSTER/\')].ResourceId" --output text';

function suspend(isSuspended: boolean): string {
  const state = ['DynamicScalingIn', 'DynamicScalingOut', 'ScheduledScaling'].map((what) => `${what}Suspended=${String(isSuspended)}`).join(',');
  return (
    `for TARGET in $(${SCALABLE_TARGETS}); do aws application-autoscaling register-scalable-target --service-namespace ecs ` +
    `--scalable-dimension ecs:service:DesiredCount --resource-id "$TARGET" --suspended-state ${state}; done`
  );
}

function clusterName({ cluster }: Installation): string {
  return cluster ? `CLUSTER=$(${physicalId(cluster)})` : 'CLUSTER=<the name of the ECS cluster>';
}

/**
 * Returns the step that stops all services and keeps their numbers of tasks in a file. Scaling is suspended first: consumer lag grows while nothing
 * consumes, and could start tasks again
 * (https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-suspend-resume-scaling.html).
 */
export function stopServices(installation: Installation): Step {
  return shell(
    `If services run, stop them; ${COUNTS} keeps their numbers of tasks. SDKs retry events that fail meanwhile`,
    clusterName(installation),
    suspend(true),
    'for SERVICE in $(aws ecs list-services --cluster "$CLUSTER" --query \'serviceArns[]\' --output text); do ' +
      `grep -qs "^$SERVICE " ${COUNTS} || ` +
      'echo "$SERVICE $(aws ecs describe-services --cluster "$CLUSTER" --services "$SERVICE" --query \'services[0].desiredCount\' --output text)" ' +
      `>> ${COUNTS}; aws ecs update-service --cluster "$CLUSTER" --service "$SERVICE" --desired-count 0 --query service.serviceName --output text; done`,
  );
}

/** Returns the step that starts the services again. A deployment does not: it leaves the number of tasks of services that scale as it is. */
export function startServices(installation: Installation): Step {
  return shell(
    'Start the services that you stopped: a deployment does not',
    clusterName(installation),
    'while read -r SERVICE COUNT; do aws ecs update-service --cluster "$CLUSTER" --service "$SERVICE" --desired-count "$COUNT" ' +
      `--query service.serviceName --output text; done < ${COUNTS}`,
    suspend(false),
  );
}
