import { DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2';
import { Service } from '@aws-sdk/client-ecs';
import { World } from './world';

/** How many security groups a network interface has, unless AWS has raised the quota. */
export const GROUPS_OF_INTERFACE = 5;

/** The security groups of a service. */
export function groupsOf({ deployments = [] }: Service): string[] {
  return deployments[0].networkConfiguration!.awsvpcConfiguration!.securityGroups!;
}

/** The sources that a security group allows, with ports: `port from group`. */
export async function admittedBy(world: World, group: string): Promise<string[]> {
  const { SecurityGroups: groups = [] } = await world.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [group] }));
  return groups
    .flatMap(({ IpPermissions: permissions = [] }) => permissions)
    .flatMap(({ FromPort, UserIdGroupPairs = [], IpRanges = [] }) => [
      ...UserIdGroupPairs.map(({ GroupId }) => `${FromPort} from ${GroupId}`),
      ...IpRanges.map(({ CidrIp }) => `${FromPort} from ${CidrIp}`),
    ]);
}

/** The security group of the stack whose logical id begins so. */
export function groupNamed(world: World, beginning: string): string {
  const ids = Object.entries(world.template.Resources)
    .filter(([id, { Type }]) => Type === 'AWS::EC2::SecurityGroup' && id.startsWith(beginning))
    .map(([id]) => id);
  expect(ids).toHaveLength(1);
  return world.physicalId(ids[0]);
}
