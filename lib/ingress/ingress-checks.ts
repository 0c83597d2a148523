import { Duration, Resource, Stack } from 'aws-cdk-lib/core';
import { IApplicationTargetGroup, IpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { PostHogIngressOptions, PostHogIngressProps } from './ingress-options';
import { checkFurtherNames, domainNames } from './host-names';
import { checkDomain } from './load-balancer/domain';
import { ExistingListener, existingListener } from './routing/existing-listener';
import { ALWAYS_PUBLIC, EndpointGroup } from '../catalog/endpoints/endpoint-group';
import { PostHogProcess } from '../catalog/posthog-process';
import {
  bucket,
  certificate,
  hostedZone,
  listener,
  loadBalancer,
  securityGroup,
  subnetSelection,
  targetGroup as targetGroupCheck,
  vpc,
} from '../private/checks/cdk';
import { checkProps, Checks, construct, listOf, objectWith, required } from '../private/checks/check';
import { anyText, boolean, domainName, duration, durationBetween, number, oneOf, text } from '../private/checks/values';
import { checkHostName } from '../private/domain-name';
import { invalidProp, invalidValue, withPath } from '../private/errors';

export const PROXIES_CHECK = objectWith('a TrustedProxies', ['_bind', 'trustsEverybody'], 'use TrustedProxies.fromSubnets(), for example');

export const FIREWALL_CHECK = objectWith('a PostHogFirewall', ['_protect'], 'use PostHogFirewall.managed()');

export const INGRESS_OPTION_CHECKS: Checks<PostHogIngressOptions> = {
  domainName: required(domainName, 'the host name that clients use, such as posthog.example.com'),
  domainZone: hostedZone,
  certificate,
  additionalDomainNames: domainNames,
  ingestionDomainNames: domainNames,
  listener,
  loadBalancer,
  rulePriorityBase: number(-Infinity, Infinity),
  loadBalancerSubnets: subnetSelection,
  publicLoadBalancer: boolean,
  ipAddressType: oneOf(IpAddressType),
  appAccess: objectWith('an AppAccess', ['_rules', '_isOpen'], 'use AppAccess.fromCidrs(), for example'),
  publicEndpointGroups: listOf(oneOf(EndpointGroup)),
  trustedProxies: PROXIES_CHECK,
  clientAddress: objectWith('a ClientAddress', ['_proxy'], 'use ClientAddress.verified() or ClientAddress.forwarded()'),
  firewall: FIREWALL_CHECK,
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html; AWS adds some that the CDK does not name yet.
  sslPolicy: text(/^ELBSecurityPolicy-[A-Za-z0-9-]+$/, 'must be the name of a security policy, such as SslPolicy.TLS13_12_RES_PQ'),
  idleTimeout: durationBetween(Duration.seconds(1), Duration.seconds(4000), 'from 1 second to 4,000 seconds'),
  strictTransportSecurity: duration,
  openListener: boolean,
  securityGroup,
  accessLogsBucket: bucket,
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
  accessLogsPrefix: text(/^(?!\/)(?!.*AWSLogs)\S+(?<!\/)$/, 'must be a prefix without white space, AWSLogs, and a slash at either end'),
};

const scopeCheck = construct('a construct', []);

const INGRESS_CHECKS: Checks<PostHogIngressProps> = {
  ...INGRESS_OPTION_CHECKS,
  vpc: required(vpc, 'the VPC of the load balancer'),
  internalHostNames: listOf(anyText),
  deletionProtection: boolean,
};

/** Checks the props of an ingress, before anything is defined, and returns the existing listener that they name. */
export function checkIngress(ingress: Construct, props: PostHogIngressProps): ExistingListener | undefined {
  checkProps(ingress, props, INGRESS_CHECKS);
  return withPath(ingress, () => checkIngressProps(props));
}

/** Rejects props that contradict each other, and returns the existing listener that they name. */
export function checkIngressProps(props: PostHogIngressOptions & Pick<PostHogIngressProps, 'internalHostNames'>): ExistingListener | undefined {
  const existing = existingListener(props);
  checkDomain(props, existing === undefined);
  checkFurtherNames(props, existing === undefined);
  checkGroups(props.publicEndpointGroups);
  if (props.accessLogsPrefix !== undefined && !props.accessLogsBucket) {
    throw invalidProp('accessLogsPrefix', 'needs `accessLogsBucket`', 'name the bucket, or leave the prefix out');
  }
  props.internalHostNames?.forEach((name) => checkHostName('internalHostNames', name));
  return existing;
}

function checkGroups(groups: EndpointGroup[] = []): void {
  const redundant = groups.find((group) => ALWAYS_PUBLIC.includes(group));
  if (redundant) {
    throw invalidValue('publicEndpointGroups', 'must not contain a group that is always public', redundant, 'leave it out');
  }
}

/** Checks the arguments of `route()`. A scope is required where the ECS service would depend on the rules, and they on its target group. */
export function checkRoute(ingress: Construct, process: PostHogProcess, targetGroup: IApplicationTargetGroup, scope?: Construct): void {
  oneOf(PostHogProcess)('process', process);
  targetGroupCheck('targetGroup', targetGroup);
  if (scope !== undefined) {
    scopeCheck('scope', scope);
  }
  if (!scope && Resource.isOwnedResource(targetGroup) && Stack.of(targetGroup) !== Stack.of(ingress)) {
    throw invalidProp(
      'scope',
      `is required for ${targetGroup.node.path}, which is in another stack than the ingress`,
      'pass a construct of the stack of its ECS service, where the listener rules are then defined; pass the ingress if nothing of that stack depends on them',
    );
  }
}
