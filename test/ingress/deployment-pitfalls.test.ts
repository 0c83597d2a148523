import { App, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { IpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { HostedZone, PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { AppAccess, PostHogProcess } from '../../lib';
import { newIngress, newTargets, newVpc, OIDC } from './fixtures';
import { newStack } from '../helpers/stack';

// Mistakes that CloudFormation would only report at deployment.

const RULE = 'AWS::ElasticLoadBalancingV2::ListenerRule';

function rulesWith(appAccess: AppAccess): Map<number, string> {
  const stack = newStack();
  const vpc = newVpc(stack);
  newIngress(stack, { vpc, appAccess }).route(PostHogProcess.WEB, newTargets(stack, 'Web', vpc));
  const rules = Template.fromStack(stack).findResources(RULE) as Record<string, { Properties: { Priority: number } }>;
  return new Map(Object.entries(rules).map(([id, { Properties }]) => [Properties.Priority, id]));
}

test('a change of access moves no priority from one rule to another, which AWS refuses', () => {
  const kinds = [
    AppAccess.anyone(),
    AppAccess.nobody(),
    AppAccess.oidc(OIDC),
    AppAccess.fromCidrs(['10.0.0.0/8']),
    AppAccess.fromCidrs(Array.from({ length: 12 }, (_, i) => `10.${i}.0.0/16`)),
  ].map(rulesWith);
  const ids = new Map<number, Set<string>>();
  for (const [priority, id] of kinds.flatMap((rules) => [...rules])) {
    ids.set(priority, (ids.get(priority) ?? new Set()).add(id));
  }
  expect([...ids].filter(([, names]) => names.size > 1)).toEqual([]);
  expect(ids.has(1000)).toBe(true);
});

test('fails when two subnets of the load balancer are in one zone', () => {
  const stack = newStack();
  const vpc = new Vpc(stack, 'Vpc', {
    subnetConfiguration: [
      { name: 'One', subnetType: SubnetType.PUBLIC, cidrMask: 27 },
      { name: 'Two', subnetType: SubnetType.PUBLIC, cidrMask: 27 },
    ],
  });
  expect(() => newIngress(stack, { vpc, loadBalancerSubnets: { subnetType: SubnetType.PUBLIC } })).toThrow(
    /\[Stack\/Ingress\] `loadBalancerSubnets` must be one subnet per zone, got: .*; name one group of them with `subnetGroupName`, or add `onePerAz: true`/,
  );
  expect(() => newIngress(stack, { vpc, loadBalancerSubnets: { subnetType: SubnetType.PUBLIC, onePerAz: true } }, 'Again')).not.toThrow();
});

test('fails when the certificate is in another region', () => {
  const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
  const certificate = Certificate.fromCertificateArn(
    stack,
    'Certificate',
    'arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
  );
  expect(() => newIngress(stack, { certificate })).toThrow(
    "[Stack/Ingress] `certificate` must be in the region of the stack, eu-central-1, got: 'us-east-1'",
  );
});

test('fails when a certificate is to be validated through a private hosted zone', () => {
  const stack = newStack();
  const vpc = newVpc(stack);
  const domainZone = new PrivateHostedZone(stack, 'Zone', { zoneName: 'example.com', vpc });
  expect(() => newIngress(stack, { vpc, domainZone })).toThrow('[Stack/Ingress] `certificate` is required with a private hosted zone');
  const publicZone = HostedZone.fromHostedZoneAttributes(stack, 'Public', { hostedZoneId: 'Z0123456789', zoneName: 'example.com' });
  expect(() => newIngress(stack, { vpc, domainZone: publicZone }, 'Again')).not.toThrow();
});

test.each([true, false])("allows IPv6 clients without public IPv4, with the CDK's feature flag %s", (flag) => {
  const context = { '@aws-cdk/aws-elasticloadbalancingV2:albDualstackWithoutPublicIpv4SecurityGroupRulesDefault': flag };
  const stack = new Stack(new App({ context, builtinCloudFormationValidation: false }), 'Stack');
  newIngress(stack, { appAccess: AppAccess.nobody(), ipAddressType: IpAddressType.DUAL_STACK_WITHOUT_PUBLIC_IPV4 });
  const [group] = Object.values(Template.fromStack(stack).findResources('AWS::EC2::SecurityGroup')) as {
    Properties: { SecurityGroupIngress: { CidrIpv6?: string; FromPort: number }[] };
  }[];
  expect(
    group.Properties.SecurityGroupIngress.filter(({ CidrIpv6 }) => CidrIpv6 === '::/0')
      .map(({ FromPort }) => FromPort)
      .sort(),
  ).toEqual([443, 80]);
});

test('fails when a process without endpoints is routed', () => {
  const stack = newStack();
  const vpc = newVpc(stack);
  const ingress = newIngress(stack, { vpc });
  expect(() => ingress.route(PostHogProcess.WORKER, newTargets(stack, 'Targets', vpc))).toThrow(
    "[Stack/Ingress] `process` must be one that answers requests, got: 'worker'",
  );
});

test('fails at synthesis when the app has an allow-list, and no process answers it', () => {
  const stack = newStack();
  newIngress(stack, { appAccess: AppAccess.fromCidrs(['10.0.0.0/8']) });
  expect(() => Template.fromStack(stack)).toThrow('the app is open, but no process answers it');
});

test('fails with an unknown group of endpoints', () => {
  expect(() => newIngress(newStack(), { publicEndpointGroups: ['shared_content' as never] })).toThrow(
    '[Stack/Ingress] `publicEndpointGroups[0]` must be one of ingestion, sdk, shared-content',
  );
});
