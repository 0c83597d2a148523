import { denied } from '../wire';
import { doctor, reportedResults, useDeployment } from './fixtures';
import { onHosts, REGISTERED } from './host-answers';

useDeployment();

const hosts = async () =>
  reportedResults(await doctor())
    .filter(({ check }) => check === 'hosts')
    .map(({ status, text, fix }) => [status, text, ...(fix ? [fix] : [])]);

test('a host with a trunk network interface passes', async () => {
  onHosts();
  expect(await hosts()).toEqual([['pass', '1 of 1 hosts are registered, with a trunk network interface']]);
});

test('there is no result for services on Fargate', async () => {
  expect(await hosts()).toEqual([]);
});

test('there is no result for Managed Instances, whose hosts AWS runs', async () => {
  onHosts({ 'ecs:DescribeCapacityProviders': () => ({ capacityProviders: [{ name: 'Hosts', managedInstancesProvider: {} }] }) });
  expect(await hosts()).toEqual([]);
});

test('a host that ECS does not know fails, with the command that shows why', async () => {
  onHosts({ 'ecs:ListContainerInstances': () => ({ containerInstanceArns: [] }) });
  expect(await hosts()).toEqual([
    [
      'fail',
      'the host i-1 runs and is not registered in its cluster',
      'see why: aws ec2 get-console-output --latest --instance-id i-1 --output text | grep ecs-host',
    ],
  ]);
});

test('a host without a trunk network interface fails', async () => {
  onHosts({ 'ecs:DescribeContainerInstances': () => ({ containerInstances: [{ ...REGISTERED, attributes: [] }] }) });
  expect(await hosts()).toEqual([['fail', 'the host i-1 has no trunk network interface, so it runs two or three tasks', expect.any(String)]]);
});

test('a host of an earlier launch template is a warning', async () => {
  onHosts({ 'ec2:DescribeLaunchTemplates': () => ({ launchTemplates: [{ launchTemplateId: 'lt-1', latestVersionNumber: 4 }] }) });
  expect(await hosts()).toEqual([
    ['pass', expect.any(String)],
    ['warning', '1 of 1 hosts are of an earlier launch template: i-1', 'npx cdk-posthog runbook hosts'],
  ]);
});

test('hosts that cannot be described are unknown', async () => {
  onHosts({ 'ecs:DescribeCapacityProviders': () => denied() });
  expect(await hosts()).toEqual([
    ['unknown', expect.stringContaining('the EC2 hosts of tasks: the credentials do not allow ecs:DescribeCapacityProviders')],
  ]);
});
