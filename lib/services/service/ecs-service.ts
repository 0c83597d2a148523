import { Duration, Lazy } from 'aws-cdk-lib/core';
import { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { AvailabilityZoneRebalancing, BaseService, CfnService, FargateService, PropagatedTagSource, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { DnsRecordType } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import { InstanceService } from './instance-service';
import { PostHogServiceProps } from './posthog-service-props';
import { HttpEndpoint } from '../../catalog/process-definition';
import { CapacityProviderKind } from '../capacity/capacity-options';
import { strategyOf } from '../capacity/provider-strategy';
import { registeredName } from '../discovery';

/** Properties for the ECS service of a process. */
export interface EcsServiceProps extends Pick<
  PostHogServiceProps,
  'definition' | 'size' | 'capacity' | 'options' | 'cluster' | 'subnets' | 'securityGroup' | 'discovery' | 'enableExecuteCommand'
> {
  /** The endpoint behind a load balancer; undefined if there is none. */
  readonly http?: HttpEndpoint;
  readonly taskDefinition: TaskDefinition;
  /** Returns the security groups of its tasks, which may grow until synthesis. */
  readonly groups: () => readonly ISecurityGroup[];
}

/**
 * Defines the ECS service of a process.
 *
 * Its construct id, and the properties that CloudFormation cannot change, do not depend on the capacity: a service moves to another one in place.
 */
export function defineEcsService(scope: Construct, props: EcsServiceProps): BaseService {
  const { definition, size, capacity, options, cluster, subnets, securityGroup, discovery, http, enableExecuteCommand } = props;
  const { minHealthyPercent, maxHealthyPercent, balancesZones } = capacity.deployment;
  const { deploymentAlarms } = options;
  const alarmNames = deploymentAlarms?.map(({ alarmName }) => alarmName) ?? [];
  const ServiceClass = capacity.kind === CapacityProviderKind.INSTANCES ? InstanceService : FargateService;
  const service = new ServiceClass(scope, 'Service', {
    cluster,
    taskDefinition: props.taskDefinition,
    // With auto scaling, a deployment must not stop tasks that the load requires.
    desiredCount: size.minTasks === size.maxTasks ? size.minTasks : undefined,
    ...strategyOf(capacity.provider),
    vpcSubnets: { subnets: [...subnets] },
    securityGroups: [securityGroup],
    minHealthyPercent,
    maxHealthyPercent,
    circuitBreaker: { rollback: true },
    deploymentAlarms: alarmNames.length > 0 ? { alarmNames } : undefined,
    availabilityZoneRebalancing: balancesZones ? AvailabilityZoneRebalancing.ENABLED : AvailabilityZoneRebalancing.DISABLED,
    healthCheckGracePeriod: http && Duration.seconds(http.healthCheckGracePeriod),
    enableExecuteCommand,
    propagateTags: PropagatedTagSource.SERVICE,
    enableECSManagedTags: true,
    cloudMapOptions: discovery && {
      cloudMapNamespace: discovery.namespace,
      name: registeredName(definition.process, discovery),
      dnsRecordType: DnsRecordType.A,
      dnsTtl: Duration.seconds(10),
    },
  });
  const resource = service.node.defaultChild as CfnService;
  if (deploymentAlarms?.length === 0) {
    resource.addPropertyOverride('DeploymentConfiguration.Alarms', { AlarmNames: [], Enable: false, Rollback: false });
  }
  // ECS keeps a registration, a target group or a placement strategy that an update does not mention, so a service without one says so (UpdateService
  // of its API). The CDK leaves out empty lists, those of target groups only without the feature flag `@aws-cdk/aws-ecs:removeEmptyLoadBalancers`.
  resource.serviceRegistries = Lazy.any({ produce: () => service['serviceRegistries'] });
  resource.loadBalancers = Lazy.any({ produce: () => service['loadBalancers'] });
  if (capacity.placement === 'none') {
    resource.placementStrategies = [];
  }
  const groups = () => [...props.groups(), ...service.connections.securityGroups];
  resource.networkConfiguration = {
    awsvpcConfiguration: {
      assignPublicIp: 'DISABLED',
      subnets: subnets.map(({ subnetId }) => subnetId),
      securityGroups: Lazy.list({ produce: () => [...new Set(groups())].map(({ securityGroupId }) => securityGroupId) }),
    },
  };
  return service;
}
