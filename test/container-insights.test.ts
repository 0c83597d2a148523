import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerInsights } from 'aws-cdk-lib/aws-ecs';
import { PostHogProps, PostHogSize } from '../lib';
import { posthogTemplate } from './helpers/posthog-template';
import { newPostHog, newStack, only } from './helpers/stack';

test.each<[Partial<PostHogProps>, string]>([
  [{}, 'disabled'],
  [{ size: PostHogSize.DEV }, 'disabled'],
  [{ containerInsights: ContainerInsights.ENABLED }, 'enabled'],
  [{ containerInsights: ContainerInsights.ENHANCED }, 'enhanced'],
])('sets Container Insights of the cluster for %j', (props, Value) => {
  expect(only(Template.fromJSON(posthogTemplate(props)), 'AWS::ECS::Cluster')).toEqual({ ClusterSettings: [{ Name: 'containerInsights', Value }] });
});

test('refuses `containerInsights` together with `cluster`, and a value that is none', () => {
  const scope = newStack();
  const cluster = Cluster.fromClusterAttributes(scope, 'Cluster', { clusterName: 'ours', vpc: new Vpc(scope, 'Vpc'), securityGroups: [] });
  expect(() => newPostHog(scope, { cluster, containerInsights: ContainerInsights.DISABLED })).toThrow(
    "`containerInsights` cannot be combined with `cluster`, which has its own setting, got: 'disabled'; leave it out",
  );
  expect(() => newPostHog(newStack(), { containerInsights: false as unknown as ContainerInsights })).toThrow('`containerInsights` must be');
});
