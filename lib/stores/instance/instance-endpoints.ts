import { InterfaceVpcEndpointAwsService } from 'aws-cdk-lib/aws-ec2';

/** An interface endpoint that an instance needs in subnets without internet access. */
export interface InstanceEndpoint {
  /** The construct id of the endpoint in a network. */
  readonly id: string;
  readonly service: InterfaceVpcEndpointAwsService;
  /** The use of the endpoint. */
  readonly purpose: string;
}

/**
 * The interface endpoints that instances need in subnets without internet access, in addition to the gateway endpoint for S3: their scripts, Amazon
 * Linux's repositories (`al2023-repos-<region>-de612dc2.s3.dualstack.<region>.amazonaws.com`) and the layers of images in ECR are in S3.
 *
 * Their DNS record needs the API of Route 53 (`route53.amazonaws.com`, in us-east-1), which the CDK knows no endpoint for.
 */
export const INSTANCE_ENDPOINTS: readonly InstanceEndpoint[] = [
  { id: 'EcrApi', service: InterfaceVpcEndpointAwsService.ECR, purpose: 'logs Docker in to a private registry' },
  { id: 'EcrDocker', service: InterfaceVpcEndpointAwsService.ECR_DOCKER, purpose: 'pulls images' },
  { id: 'Logs', service: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS, purpose: 'writes the logs of its scripts and container' },
  { id: 'SecretsManager', service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER, purpose: 'reads passwords at each start' },
  { id: 'Ec2', service: InterfaceVpcEndpointAwsService.EC2, purpose: 'finds and attaches its volume' },
  { id: 'AutoScaling', service: InterfaceVpcEndpointAwsService.AUTOSCALING, purpose: 'finds out whether another instance follows' },
  { id: 'CloudFormation', service: InterfaceVpcEndpointAwsService.CLOUDFORMATION, purpose: 'signals its start to the deployment' },
  { id: 'Ssm', service: InterfaceVpcEndpointAwsService.SSM, purpose: "reads ClickHouse's parameters, and registers for Session Manager" },
  { id: 'SsmMessages', service: InterfaceVpcEndpointAwsService.SSM_MESSAGES, purpose: 'opens Session Manager sessions' },
];
