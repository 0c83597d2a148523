import { InterfaceVpcEndpointAwsService } from 'aws-cdk-lib/aws-ec2';

/** An interface endpoint of a network without internet access. */
export interface NetworkEndpoint {
  readonly service: InterfaceVpcEndpointAwsService;
  /** The reason for it. */
  readonly reason: string;
}

/**
 * The interface endpoints of a network without internet access: for everything that runs in the VPC. S3 always has a gateway endpoint, for image
 * layers, objects, the files of instances, and the repositories of Amazon Linux.
 *
 * There is none for `states`, `ecs`, `kafka` and `elasticloadbalancing`, which only functions outside of the VPC call; none for `ssm` and
 * `ec2messages`, because no instance has permissions for Session Manager. Route 53, whose records instances set, is a global service.
 */
export const ENDPOINTS_WITHOUT_NAT: Readonly<Record<string, NetworkEndpoint>> = {
  EcrApi: { service: InterfaceVpcEndpointAwsService.ECR, reason: 'tasks and instances log in to ECR (boot/log-in.sh)' },
  EcrDocker: { service: InterfaceVpcEndpointAwsService.ECR_DOCKER, reason: 'tasks and instances pull images' },
  Logs: { service: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS, reason: 'tasks and instances write logs' },
  SecretsManager: { service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER, reason: 'tasks and instances read secrets when they start' },
  SsmMessages: { service: InterfaceVpcEndpointAwsService.SSM_MESSAGES, reason: 'sessions of ECS Exec (`enableExecuteCommand`)' },
  Sts: { service: InterfaceVpcEndpointAwsService.STS, reason: 'the app and batch exports assume the role of file downloads (file-downloads.ts)' },
  Ec2: { service: InterfaceVpcEndpointAwsService.EC2, reason: 'instances attach their volumes (boot/volume.sh)' },
  AutoScaling: { service: InterfaceVpcEndpointAwsService.AUTOSCALING, reason: 'instances read the state of their group before they take a volume' },
  CloudFormation: { service: InterfaceVpcEndpointAwsService.CLOUDFORMATION, reason: 'instances signal that they have started (boot/signal.sh)' },
};
