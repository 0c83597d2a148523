import { Template } from 'aws-cdk-lib/assertions';
import { CLIENT_ADDRESS_CONTAINER } from '../../lib/ingress/client-address/nginx-config';

/** A resource of a template. */
export interface Resource<Properties = Record<string, unknown>> {
  readonly Type: string;
  readonly Properties: Properties;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: string[];
}

/** A container of a task definition. */
export interface Container {
  readonly Name: string;
  readonly Image: unknown;
  readonly Command?: string[];
  readonly EntryPoint?: string[];
  readonly Essential?: boolean;
  readonly User?: string;
  readonly DependsOn?: { ContainerName: string; Condition: string }[];
  readonly Environment?: { Name: string; Value: unknown }[];
  readonly Secrets?: { Name: string; ValueFrom: unknown }[];
  readonly PortMappings?: { ContainerPort: number }[];
  readonly StopTimeout?: number;
  readonly LinuxParameters?: Record<string, unknown>;
  readonly HealthCheck?: Record<string, unknown>;
  readonly MountPoints?: Record<string, unknown>[];
  readonly LogConfiguration: { LogDriver: string; Options: Record<string, unknown> };
}

/** A task definition. */
export interface TaskDefinition {
  readonly ContainerDefinitions: Container[];
  readonly Cpu: string;
  readonly Memory: string;
  readonly Volumes?: Record<string, unknown>[];
  readonly RuntimePlatform: Record<string, string>;
  readonly TaskRoleArn: unknown;
  readonly ExecutionRoleArn: unknown;
}

/** An ECS service. */
export interface Service {
  readonly TaskDefinition: unknown;
  readonly DesiredCount?: number;
  readonly LaunchType?: string;
  readonly CapacityProviderStrategy?: Record<string, unknown>[];
  readonly EnableExecuteCommand: boolean;
  readonly HealthCheckGracePeriodSeconds?: number;
  readonly DeploymentConfiguration: Record<string, unknown>;
  readonly LoadBalancers?: { ContainerName: string; ContainerPort: number; TargetGroupArn: unknown }[];
  readonly NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: string; SecurityGroups: unknown[]; Subnets: unknown[] } };
  readonly ServiceRegistries?: unknown[];
}

/** A statement of a policy, its lists as lists. */
export interface Statement {
  readonly actions: string[];
  readonly resources: unknown[];
}

/** One way through a security group. */
export interface Way {
  readonly to: string;
  readonly from: string;
  readonly port: number;
}

/** The resources of a type, by logical id. */
export function ofType<Properties = Record<string, unknown>>(template: Template, type: string): [id: string, resource: Resource<Properties>][] {
  return Object.entries(template.findResources(type)) as [string, Resource<Properties>][];
}

/** The logical id that a reference names, or the text where it is none. */
export function idOf(reference: unknown): string {
  if (typeof reference === 'string') {
    return reference;
  }
  const { 'Ref': ref, 'Fn::GetAtt': getAtt } = reference as { 'Ref'?: string; 'Fn::GetAtt'?: string[] };
  const id = ref ?? getAtt?.[0];
  if (id === undefined) {
    throw new Error(`no reference: ${JSON.stringify(reference)}`);
  }
  return id;
}

/** The task definition with a container of this name. */
export function taskOf(template: Template, process: string): [id: string, task: TaskDefinition] {
  const found = ofType<TaskDefinition>(template, 'AWS::ECS::TaskDefinition').find(([, { Properties }]) =>
    Properties.ContainerDefinitions.some(({ Name }) => Name === process),
  );
  if (!found) {
    throw new Error(`no task of ${process}`);
  }
  return [found[0], found[1].Properties];
}

/** The container of a process. */
export function containerOf(template: Template, process: string): Container {
  return taskOf(template, process)[1].ContainerDefinitions.find(({ Name }) => Name === process)!;
}

/** The nginx beside a process that verifies visitors' addresses, or undefined where there is none. */
export function addressProxyOf(template: Template, process: string): Container | undefined {
  return taskOf(template, process)[1].ContainerDefinitions.find(({ Name }) => Name === CLIENT_ADDRESS_CONTAINER);
}

/** The service that runs a process, as a resource. */
export function serviceResourceOf(template: Template, process: string): [id: string, service: Resource<Service>] {
  const [task] = taskOf(template, process);
  const found = ofType<Service>(template, 'AWS::ECS::Service').filter(([, { Properties }]) => idOf(Properties.TaskDefinition) === task);
  expect(found).toHaveLength(1);
  return found[0];
}

/** The service that runs a process. */
export function serviceOf(template: Template, process: string): Service {
  return serviceResourceOf(template, process)[1].Properties;
}

/** The logical id of the security group that the callers of a process come into. */
export function securityGroupOf(template: Template, process: string): string {
  return securityGroupsOf(template, process)[0];
}

/** The logical ids of all security groups of a process: its own, and those with which it comes into stores. */
export function securityGroupsOf(template: Template, process: string): string[] {
  return serviceOf(template, process).NetworkConfiguration.AwsvpcConfiguration.SecurityGroups.map(idOf);
}

/** The target group of a process, or undefined where it has none. */
export function targetGroupOf(template: Template, process: string): Record<string, unknown> | undefined {
  const [target] = serviceOf(template, process).LoadBalancers ?? [];
  return target && ofType(template, 'AWS::ElasticLoadBalancingV2::TargetGroup').find(([id]) => id === idOf(target.TargetGroupArn))![1].Properties;
}

/** What may come in to a security group from other security groups. */
export function waysInto(template: Template, groupId: string): Way[] {
  interface Ingress {
    GroupId: unknown;
    SourceSecurityGroupId?: unknown;
    CidrIp?: string;
    FromPort: number;
    ToPort: number;
    IpProtocol: string;
  }
  const inline = ofType<{ SecurityGroupIngress?: Omit<Ingress, 'GroupId'>[] }>(template, 'AWS::EC2::SecurityGroup')
    .filter(([id]) => id === groupId)
    .flatMap(([, { Properties }]) => Properties.SecurityGroupIngress ?? [])
    .map((rule) => ({ ...rule, GroupId: groupId }));
  const separate = ofType<Ingress>(template, 'AWS::EC2::SecurityGroupIngress').map(([, { Properties }]) => Properties);
  return [...separate, ...inline]
    .filter(({ GroupId }) => idOf(GroupId) === groupId)
    .map(({ SourceSecurityGroupId, CidrIp, FromPort, ToPort, IpProtocol }) => {
      expect([IpProtocol, ToPort]).toEqual(['tcp', FromPort]);
      return { to: groupId, from: CidrIp ?? idOf(SourceSecurityGroupId), port: FromPort };
    });
}

/** What a role is allowed, by itself and by the policies that stand in the template. */
export function statementsOf(template: Template, roleId: string): Statement[] {
  interface Document {
    Statement: { Action: string | string[]; Resource: unknown; Effect: string }[];
  }
  const own = ofType<{ Policies?: { PolicyDocument: Document }[] }>(template, 'AWS::IAM::Role')
    .filter(([id]) => id === roleId)
    .flatMap(([, { Properties }]) => Properties.Policies ?? []);
  const attached = ofType<{ PolicyDocument: Document; Roles?: unknown[] }>(template, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => (Properties.Roles ?? []).some((role) => idOf(role) === roleId))
    .map(([, { Properties }]) => Properties);
  return (
    [...own, ...attached]
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      // A function in a VPC is denied the permissions for its network interfaces, which Lambda uses.
      .filter(({ Action, Effect }) => Effect !== 'Deny' || !JSON.stringify(Action).includes('NetworkInterface'))
      .map(({ Action, Resource, Effect }) => {
        expect(Effect).toBe('Allow');
        return { actions: [Action].flat(), resources: [Resource].flat() };
      })
  );
}

/** What a process itself is allowed. */
export function taskRoleStatements(template: Template, process: string): Statement[] {
  return statementsOf(template, idOf(taskOf(template, process)[1].TaskRoleArn));
}

/** What ECS is allowed in order to start a process. */
export function executionRoleStatements(template: Template, process: string): Statement[] {
  return statementsOf(template, idOf(taskOf(template, process)[1].ExecutionRoleArn));
}

/** A key and value list as a record. */
export function attributes(list: unknown): Record<string, unknown> {
  return Object.fromEntries((list as { Key: string; Value: unknown }[]).map(({ Key, Value }) => [Key, Value]));
}

/** A target tracking policy of an ECS service. */
export interface ScalingPolicy {
  readonly PolicyType: string;
  readonly ScalingTargetId: unknown;
  readonly TargetTrackingScalingPolicyConfiguration: {
    readonly TargetValue: number;
    readonly ScaleInCooldown?: number;
    readonly PredefinedMetricSpecification?: { readonly PredefinedMetricType: string; readonly ResourceLabel?: unknown };
    readonly CustomizedMetricSpecification?: unknown;
  };
}

/** The limits of the number of tasks of a service. */
export interface ScalableTarget {
  readonly MinCapacity: number;
  readonly MaxCapacity: number;
  readonly ResourceId: unknown;
}

/** The scaling of a process; undefined if its number of tasks is fixed. */
export function scalingOf(template: Template, process: string): { target: ScalableTarget; policies: ScalingPolicy[] } | undefined {
  const [service] = serviceResourceOf(template, process);
  const target = ofType<ScalableTarget>(template, 'AWS::ApplicationAutoScaling::ScalableTarget').find(([, { Properties }]) =>
    JSON.stringify(Properties.ResourceId).includes(`"${service}"`),
  );
  const policies = ofType<ScalingPolicy>(template, 'AWS::ApplicationAutoScaling::ScalingPolicy')
    .map(([, { Properties }]) => Properties)
    .filter(({ ScalingTargetId }) => idOf(ScalingTargetId) === target?.[0]);
  return target && { target: target[1].Properties, policies };
}
