import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { DescribeSecurityGroupsCommand, SecurityGroup } from '@aws-sdk/client-ec2';
import { World } from './world';
import { ROOT } from '../helpers/app';

const NODE_MODULES = path.join(ROOT, 'node_modules');
const RUN = 'require(process.argv[1]).handler(JSON.parse(process.argv[2])).catch((error) => { console.error(error); process.exit(1); })';

/** The VPC's default security group. */
export async function defaultSecurityGroup(world: World): Promise<SecurityGroup> {
  const [vpc] = world.physicalIdsOf('AWS::EC2::VPC');
  const filters = [
    { Name: 'vpc-id', Values: [vpc] },
    { Name: 'group-name', Values: ['default'] },
  ];
  const { SecurityGroups: found = [] } = await world.ec2.send(new DescribeSecurityGroupsCommand({ Filters: filters }));
  expect(found).toHaveLength(1);
  return found[0];
}

/** Runs the code of the function behind the custom resource, as CloudFormation would have it run. */
export async function runCustomResource(world: World): Promise<void> {
  const [restricted] = Object.values(world.template.Resources).filter(({ Type }) => Type === 'Custom::VpcRestrictDefaultSG');
  const {
    'Fn::GetAtt': [functionId],
  } = restricted.Properties!.ServiceToken as { 'Fn::GetAtt': string[] };
  const { S3Key } = world.template.Resources[functionId].Properties!.Code as { S3Key: string };
  const event = {
    RequestType: 'Create',
    ResourceProperties: { DefaultSecurityGroupId: (await defaultSecurityGroup(world)).GroupId, Account: '123456789012' },
  };
  const code = path.join(world.cdk.outputFolder, `asset.${path.basename(S3Key, '.zip')}`, 'index.js');
  execFileSync(process.execPath, ['-e', RUN, code, JSON.stringify(event)], {
    env: { ...world.aws.environment, NODE_PATH: NODE_MODULES },
    stdio: 'inherit',
  });
}
