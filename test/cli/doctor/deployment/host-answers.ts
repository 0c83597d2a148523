import { account, answering } from './fixtures';
import { Answers } from '../wire';

/** The container instance of a host, as ECS describes it. */
export const REGISTERED = {
  containerInstanceArn: 'arn:aws:ecs:eu-central-1:111122223333:container-instance/Analytics/1',
  ec2InstanceId: 'i-1',
  status: 'ACTIVE',
  agentConnected: true,
  capacityProviderName: 'Hosts',
  attributes: [
    { name: 'ecs.awsvpc-trunk-id', value: 'eni-1' },
    { name: 'ecs.os-type', value: 'linux' },
  ],
};

/** Runs the services of the account on a group with one host. */
export function onHosts(answers: Answers = {}): void {
  const services = account['ecs:DescribeServices'];
  answering({
    'ecs:DescribeServices': (question) => {
      const answer = services(question) as { services: object[] };
      return { services: answer.services.map((service) => ({ ...service, capacityProviderStrategy: [{ capacityProvider: 'Hosts', weight: 1 }] })) };
    },
    'ecs:DescribeCapacityProviders': () => ({
      capacityProviders: [
        {
          name: 'Hosts',
          autoScalingGroupProvider: {
            autoScalingGroupArn: 'arn:aws:autoscaling:eu-central-1:111122223333:autoScalingGroup:1:autoScalingGroupName/PostHog-Hosts',
          },
        },
      ],
    }),
    'ecs:ListContainerInstances': () => ({ containerInstanceArns: [REGISTERED.containerInstanceArn] }),
    'ecs:DescribeContainerInstances': () => ({ containerInstances: [REGISTERED] }),
    'ec2:DescribeInstances': () => ({
      reservationSet: [
        {
          instancesSet: [
            {
              instanceId: 'i-1',
              launchTime: '2026-11-01T00:00:00Z',
              tagSet: [
                { key: 'aws:autoscaling:groupName', value: 'PostHog-Hosts' },
                { key: 'aws:ec2launchtemplate:id', value: 'lt-1' },
                { key: 'aws:ec2launchtemplate:version', value: '3' },
              ],
            },
          ],
        },
      ],
    }),
    'ec2:DescribeLaunchTemplates': () => ({ launchTemplates: [{ launchTemplateId: 'lt-1', latestVersionNumber: 3 }] }),
    ...answers,
  });
}
