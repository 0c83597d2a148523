import { Duration, Resource, Stack } from 'aws-cdk-lib/core';
import { IApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { PostHogIngressOptions, PostHogIngressProps } from './ingress-options';
import { checkDomain } from './load-balancer/domain';
import { ExistingListener, existingListener } from './routing/existing-listener';
import { ALWAYS_PUBLIC, EndpointGroup } from '../catalog/endpoints/endpoint-group';
import { checkHostName } from '../private/domain-name';
import { checkEnum, invalidProp, invalidValue } from '../private/errors';
import { knownSeconds } from '../private/quantities';

/** Checks the props of an ingress, before anything is defined, and returns the existing listener that they name. */
export function checkIngressProps(props: PostHogIngressOptions & Pick<PostHogIngressProps, 'internalHostNames'>): ExistingListener | undefined {
  const existing = existingListener(props);
  checkDomain(props, existing === undefined);
  checkIdleTimeout(props.idleTimeout);
  knownSeconds('strictTransportSecurity', props.strictTransportSecurity);
  checkGroups(props.publicEndpointGroups);
  if (props.accessLogsPrefix !== undefined && !props.accessLogsBucket) {
    throw invalidProp('accessLogsPrefix', 'needs `accessLogsBucket`', 'name the bucket, or leave the prefix out');
  }
  props.internalHostNames?.forEach((name) => checkHostName('internalHostNames', name));
  return existing;
}

function checkIdleTimeout(idleTimeout?: Duration): void {
  const seconds = knownSeconds('idleTimeout', idleTimeout);
  if (seconds !== undefined && (seconds < 1 || seconds > 4000)) {
    throw invalidValue('idleTimeout', 'must be from 1 second to 4,000 seconds', idleTimeout);
  }
}

function checkGroups(groups: EndpointGroup[] = []): void {
  groups.forEach((group) => checkEnum('publicEndpointGroups', group, EndpointGroup));
  const redundant = groups.find((group) => ALWAYS_PUBLIC.includes(group));
  if (redundant) {
    throw invalidValue('publicEndpointGroups', 'must not contain a group that is always public', redundant, 'leave it out');
  }
}

/** Rejects a target group of another stack without a scope for its rules: an ECS service of that stack would depend on the rules, and they on it. */
export function checkScope(ingress: Construct, targetGroup: IApplicationTargetGroup, scope?: Construct): void {
  if (!scope && Resource.isOwnedResource(targetGroup) && Stack.of(targetGroup) !== Stack.of(ingress)) {
    throw invalidProp(
      'scope',
      `is required for ${targetGroup.node.path}, which is in another stack than the ingress`,
      'pass a construct of the stack of its ECS service, where the listener rules are then defined; pass the ingress if nothing of that stack depends on them',
    );
  }
}
