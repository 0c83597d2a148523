import { CloudFormationTemplate, ofType } from '../../alb/template';

/** A resource with a name in the template, instead of one that CloudFormation generates. */
export interface NamedResource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/**
 * The property that names a resource, by type: a second resource of this name is refused in an account and region. Sub-resources are left out,
 * such as policies of a role.
 *
 * Source: the page of each type in https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::Backup::BackupVault': 'BackupVaultName',
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::EC2::LaunchTemplate': 'LaunchTemplateName',
  'AWS::AutoScaling::AutoScalingGroup': 'AutoScalingGroupName',
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 'Name',
  'AWS::ElasticLoadBalancingV2::TargetGroup': 'Name',
  'AWS::ElastiCache::ReplicationGroup': 'ReplicationGroupId',
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::MSK::Cluster': 'ClusterName',
  'AWS::MSK::Configuration': 'Name',
  'AWS::RDS::DBCluster': 'DBClusterIdentifier',
  'AWS::RDS::DBInstance': 'DBInstanceIdentifier',
  'AWS::Route53::RecordSet': 'Name',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::ServiceDiscovery::PrivateDnsNamespace': 'Name',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

/** Returns the resources of a template whose names it sets. Names that are known at deployment only are left out. */
export function namedResources(template: CloudFormationTemplate): NamedResource[] {
  return Object.entries(NAME_PROPERTIES).flatMap(([type, property]) =>
    ofType<Record<string, unknown>>(template, type).flatMap(([id, properties]) => {
      const name = properties[property];
      return typeof name === 'string' ? [{ id, type, name, properties }] : [];
    }),
  );
}
