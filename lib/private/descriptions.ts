import { CfnResource } from 'aws-cdk-lib/core';
import { IConstruct } from 'constructs';

/** The property that holds the description of a resource, by the type of the resource. */
const PROPERTIES = {
  'AWS::EC2::SecurityGroup': 'GroupDescription',
  'AWS::RDS::DBClusterParameterGroup': 'Description',
  'AWS::RDS::DBParameterGroup': 'Description',
  'AWS::RDS::DBSubnetGroup': 'DBSubnetGroupDescription',
} as const;

/**
 * Sets the description of the resources of a type that the CDK creates inside a construct, where the construct has no prop for it.
 *
 * @param scope the construct
 * @param type the type of the resources
 * @param description the description, `PostHog <component>: <purpose>`
 */
export function describeResources(scope: IConstruct, type: keyof typeof PROPERTIES, description: string): void {
  scope.node
    .findAll()
    .filter((child) => CfnResource.isCfnResource(child))
    .filter(({ cfnResourceType }) => cfnResourceType === type)
    .forEach((resource) => resource.addPropertyOverride(PROPERTIES[type], description));
}
