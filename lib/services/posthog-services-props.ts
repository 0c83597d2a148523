import { RemovalPolicy } from 'aws-cdk-lib/core';
import { ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { CpuArchitecture, ICluster } from 'aws-cdk-lib/aws-ecs';
import { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { LogGroupClass, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PostHogCapacity } from './capacity/posthog-capacity';
import { Discovery } from './discovery';
import { PostHogServiceProps } from './service/posthog-service-props';
import { LoadBalancerOfRoute } from './service/service-route';
import { PostHogServiceOptions } from './service/service-options';
import { ExtraSettings } from './service/service-task';
import { SettingsOfStores } from './settings/settings-context';
import { ImageName } from '../catalog/images';
import { PostHogProcess } from '../catalog/posthog-process';
import { PostHogSize } from '../catalog/posthog-size';
import { ProcessContext } from '../catalog/process-context';
import { ProcessDefinition } from '../catalog/process-definition';
import { ProcessSettings } from '../private/process-settings';
import { Stores } from '../stores/posthog-stores';

/** The ingress, as far as services use it. */
export interface ServicesIngress {
  /** The load balancer, which checks the health of tasks. */
  readonly loadBalancer: LoadBalancerOfRoute;
  /** Routes the endpoints of a process to a target group. */
  route(process: PostHogProcess, targetGroup: ApplicationTargetGroup): void;
  /** Returns whether `route()` adds a listener rule for a process. */
  _canReach(process: PostHogProcess): boolean;
  /** Refuses requests to the endpoints of a process that is not deployed. */
  _refuse(process: PostHogProcess): void;
}

/** The release, as far as services use it. */
export interface ServicesRelease {
  /** Returns the image of a process. Throws if the release has none. */
  _imageOf(process: string, name: ImageName): string;
  /** Returns the CPU architecture of tasks. Throws if the release has no images for the requested one. */
  _architectureFor(requested: CpuArchitecture | undefined, prop: string): CpuArchitecture;
}

/** Properties for `PostHogServices`. */
export interface PostHogServicesProps extends Pick<PostHogServiceProps, 'addProxy' | 'registryCredentials'> {
  readonly definitions: readonly ProcessDefinition[];
  readonly stores: Stores;
  /** The settings context without the data stores and the deployed processes, which this construct adds. */
  readonly context: Omit<ProcessContext, keyof SettingsOfStores | 'fileDownloadsRole' | 'isDeployed' | 'imageOf' | 'endpointOf'>;
  /** The role that processes with file downloads assume; undefined without batch exports. */
  readonly fileDownloadsRole?: IRole;
  readonly release: ServicesRelease;
  readonly size: PostHogSize;
  /** The default capacity. */
  readonly capacity: PostHogCapacity;
  /** Indicates whether the cluster has the capacity providers of Fargate. */
  readonly fargateProviders: boolean;
  /** The default CPU architecture. */
  readonly cpuArchitecture: CpuArchitecture;
  /** Options for single processes, one entry at most for each. */
  readonly serviceOptions?: readonly PostHogServiceOptions[];
  /** Additional settings of the user for the app: Django's processes. */
  readonly appExtras: ExtraSettings;
  readonly ingress: ServicesIngress;
  /** The ingress of the app, if it has a load balancer of its own. */
  readonly appIngress?: ServicesIngress;
  /** The construct id of the target groups of `ingress`. */
  readonly targetGroupId: string;
  readonly discovery: Discovery;
  readonly cluster: ICluster;
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly logRetention: RetentionDays;
  /** The class of the processes' log groups; undefined for Standard. */
  readonly logGroupClass?: LogGroupClass;
  readonly removalPolicy: RemovalPolicy;
  readonly enableExecuteCommand: boolean;
}

/** The settings and the access of a process, for tasks that run in its place. */
export interface ProcessAccess {
  /** The settings, without those that depend on the size of its tasks. */
  readonly settings: ProcessSettings;
  /** The security groups that give access to data stores and other processes. */
  readonly securityGroups: ISecurityGroup[];
}
