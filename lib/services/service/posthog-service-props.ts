import { ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { ICluster, LoadBalancerTargetOptions, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { PostHogServiceOptions } from './service-options';
import { ProxiedProcess, ServiceRoute } from './service-route';
import { ServiceTask } from './service-task';
import { IKafka } from '../../stores/kafka/kafka-base';
import { Discovery } from '../discovery';

/** Properties for `PostHogService`. */
export interface PostHogServiceProps extends Omit<ServiceTask, 'probed' | 'logGroup' | 'execution'> {
  readonly logGroup: LogGroup;
  readonly options: Omit<PostHogServiceOptions, 'process'>;
  /** The load balancers through which clients can reach the process: at least one of its endpoints is open there. */
  readonly routes: readonly ServiceRoute[];
  /** The Kafka cluster, whose consumer lag determines the number of tasks. */
  readonly kafka: IKafka;
  readonly cluster: ICluster;
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  /** The security group of its tasks, for incoming connections and as the source of outgoing ones. */
  readonly securityGroup: ISecurityGroup;
  /** The client security groups of the data stores that it uses. */
  readonly clientGroups: readonly ISecurityGroup[];
  /** The namespace that it registers in; undefined if no process calls it. */
  readonly discovery?: Discovery;
  readonly enableExecuteCommand: boolean;
  /** Adds a proxy sidecar to the task and returns it as the target of the load balancer; undefined if there is no proxy. */
  addProxy?(taskDefinition: TaskDefinition, process: ProxiedProcess): LoadBalancerTargetOptions;
}
