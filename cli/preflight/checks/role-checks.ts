import { AccountContext, named } from './context';
import { ofType } from '../../alb/template';
import { NamedCheckResult, pass, warning } from '../../doctor/check';
import { hostGroupsOf } from '../../template/template-capacity';

/** A role that a service of AWS needs once in an account. */
interface ServiceLinkedRole {
  readonly name: string;
  readonly service: string;
  /** The resource types that need it. */
  readonly types: readonly string[];
  /** For Application Auto Scaling: the `ServiceNamespace` of the scalable targets. */
  readonly namespace?: string;
  /** Indicates that only groups of Spot Instances need it. */
  readonly spot?: boolean;
}

const AUTO_SCALING_GROUP = 'AWS::AutoScaling::AutoScalingGroup';

const SCALABLE_TARGET = 'AWS::ApplicationAutoScaling::ScalableTarget';

/**
 * The service-linked roles of the services that PostHog uses. Each service creates its own with the first resource, if the credentials allow
 * `iam:CreateServiceLinkedRole`; in a new account, RDS can still fail because the role is not effective yet (aws-samples/eks-workshop-v2 issue 1609).
 *
 * Names: the page "Using service-linked roles" of each service, such as
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html and
 * https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html
 */
const ROLES: readonly ServiceLinkedRole[] = [
  { name: 'AWSServiceRoleForECS', service: 'ecs.amazonaws.com', types: ['AWS::ECS::Cluster', 'AWS::ECS::Service'] },
  {
    name: 'AWSServiceRoleForElasticLoadBalancing',
    service: 'elasticloadbalancing.amazonaws.com',
    types: ['AWS::ElasticLoadBalancingV2::LoadBalancer'],
  },
  { name: 'AWSServiceRoleForRDS', service: 'rds.amazonaws.com', types: ['AWS::RDS::DBInstance', 'AWS::RDS::DBCluster'] },
  { name: 'AWSServiceRoleForElastiCache', service: 'elasticache.amazonaws.com', types: ['AWS::ElastiCache::ReplicationGroup'] },
  { name: 'AWSServiceRoleForKafka', service: 'kafka.amazonaws.com', types: ['AWS::MSK::Cluster'] },
  { name: 'AWSServiceRoleForAutoScaling', service: 'autoscaling.amazonaws.com', types: [AUTO_SCALING_GROUP] },
  { name: 'AWSServiceRoleForEC2Spot', service: 'spot.amazonaws.com', types: [AUTO_SCALING_GROUP], spot: true },
  {
    name: 'AWSServiceRoleForApplicationAutoScaling_ECSService',
    service: 'ecs.application-autoscaling.amazonaws.com',
    types: [SCALABLE_TARGET],
    namespace: 'ecs',
  },
  {
    name: 'AWSServiceRoleForApplicationAutoScaling_KafkaCluster',
    service: 'kafka.application-autoscaling.amazonaws.com',
    types: [SCALABLE_TARGET],
    namespace: 'kafka',
  },
];

/** Checks that the service-linked roles exist that the stacks need. */
export function roleChecks(context: AccountContext): Promise<NamedCheckResult[]> {
  const { api, templates } = context;
  const hasSpot = templates.flatMap(hostGroupsOf).some(({ spot }) => spot);
  const needed = ROLES.filter(({ spot }) => !spot || hasSpot).filter(({ types, namespace }) =>
    templates.some((template) =>
      types.some((type) =>
        ofType<{ ServiceNamespace?: unknown }>(template, type).some(
          ([, { ServiceNamespace }]) => namespace === undefined || ServiceNamespace === namespace,
        ),
      ),
    ),
  );
  if (needed.length === 0) {
    return Promise.resolve([]);
  }
  return named('roles', 'service-linked roles', async () => {
    const existing = await Promise.all(needed.map(({ name }) => api.hasRole(name)));
    const missing = needed.filter((_, index) => !existing[index]);
    return missing.length === 0
      ? [pass(`the ${needed.length} service-linked roles exist`)]
      : missing.map(({ name, service }) =>
          warning(
            `there is no service-linked role ${name}; ${service} creates it if the credentials allow that`,
            `aws iam create-service-linked-role --aws-service-name ${service}`,
          ),
        );
  });
}
