import { App, Fn, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { IpAddresses, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationLoadBalancer, IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { AppAccess, PostHogIngress, PostHogIngressProps, TrustedProxies } from '../../../lib';
import { ADDRESS_PARTS } from '../../../lib/ingress/client-address/trusted-addresses';
import { newIngress } from '../fixtures';
import { LOAD_BALANCER } from './load-balancer-apis';
import { environmentOf, FEATURE_FLAGS, newPostHog, newStack, only } from '../../helpers/stack';
import { idOf, ofType, Resource } from '../../helpers/template';

const TYPE = 'Custom::PostHogLoadBalancerAddresses';

interface Part {
  readonly ServiceToken: unknown;
  readonly ServiceTimeout: string;
  readonly LoadBalancerArn: unknown;
  readonly Part: string;
  readonly Subnets?: unknown[];
}

/** A VPC whose subnets get their CIDR blocks at deployment. */
function ipamVpc(scope: Construct, id = 'Vpc'): Vpc {
  return new Vpc(scope, id, {
    ipAddresses: IpAddresses.awsIpamAllocation({ ipv4IpamPoolId: 'ipam-pool-1', ipv4NetmaskLength: 20, defaultSubnetIpv4NetmaskLength: 27 }),
    subnetConfiguration: [
      { name: 'Public', subnetType: SubnetType.PUBLIC },
      { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    ],
    maxAzs: 2,
  });
}

function imported(scope: Construct, id = 'LoadBalancer', loadBalancerArn = LOAD_BALANCER): IApplicationLoadBalancer {
  return ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(scope, id, { loadBalancerArn, securityGroupId: 'sg-1' });
}

function ingressIn(stack: Stack, props: Partial<PostHogIngressProps>, id?: string): PostHogIngress {
  return newIngress(stack, { appAccess: AppAccess.nobody(), ...props }, id);
}

/** The resources of a type that belong to the function, without those of the CDK's function for default security groups. */
function ours<Properties = Record<string, unknown>>(stack: Stack, type: string): [id: string, resource: Resource<Properties>][] {
  return ofType<Properties>(Template.fromStack(stack), type).filter(([id]) => id.startsWith('CustomPostHogLoadBalancerAddresses'));
}

function partsOf(stack: Stack): Part[] {
  return ofType<Part>(Template.fromStack(stack), TYPE).map(([, { Properties }]) => Properties);
}

/** The constructs whose parts `TRUSTED_PROXIES` has, by the prefixes of their logical ids. */
function lookupsOf(stack: Stack, value: unknown): string[] {
  const {
    'Fn::Join': [separator, items],
  } = stack.resolve(value) as { 'Fn::Join': [string, { 'Fn::GetAtt': [string, string] }[]] };
  expect([separator, items.map(({ 'Fn::GetAtt': [, attribute] }) => attribute)]).toEqual([
    '',
    Array.from({ length: ADDRESS_PARTS }, () => 'Addresses'),
  ]);
  expect(items.map(({ 'Fn::GetAtt': [id] }) => /Part(\d)/.exec(id)![1]).join('')).toBe('012345');
  return [...new Set(items.map(({ 'Fn::GetAtt': [id] }) => id.replace(/Part\d.*/, '')))];
}

describe('in a VPC whose addresses come from IPAM', () => {
  const stack = newStack();
  const vpc = ipamVpc(stack);
  const ingress = ingressIn(stack, { vpc });
  const template = Template.fromStack(stack);

  test("looks up the addresses of the ingress's own load balancer by default", () => {
    expect(lookupsOf(stack, ingress.proxyEnvironment.TRUSTED_PROXIES)).toEqual(['IngressTrustedAddresses']);
    expect(stack.resolve(ingress.trustedProxies.addresses)).toEqual({
      'Fn::Split': [',', stack.resolve(ingress.proxyEnvironment.TRUSTED_PROXIES) as unknown],
    });
    expect(ingress.trustedProxies.trustsEverybody).toBe(false);
  });

  test('looks up addresses after the load balancer is created, and again when its subnets change', () => {
    const [loadBalancer] = Object.keys(template.findResources('AWS::ElasticLoadBalancingV2::LoadBalancer'));
    const subnets = vpc.publicSubnets.map(({ subnetId }) => stack.resolve(subnetId) as unknown);
    expect(subnets).toHaveLength(2);
    const parts = partsOf(stack);
    expect(parts.map(({ Part }) => Part)).toEqual(['0', '1', '2', '3', '4', '5']);
    for (const { LoadBalancerArn, Subnets } of parts) {
      expect({ LoadBalancerArn, Subnets }).toEqual({ LoadBalancerArn: { Ref: loadBalancer }, Subnets: subnets });
    }
  });

  test('has a service timeout for CloudFormation', () => {
    const [
      [
        ,
        {
          Properties: { Timeout, Runtime, Handler },
        },
      ],
    ] = ours(stack, 'AWS::Lambda::Function');
    expect({ Timeout, Runtime, Handler }).toEqual({ Timeout: 300, Runtime: 'nodejs24.x', Handler: '__entrypoint__.handler' });
    expect(new Set(partsOf(stack).map(({ ServiceTimeout }) => ServiceTimeout))).toEqual(new Set(['900']));
  });

  test('the function can make two API calls and write its own log, and nothing else', () => {
    const [logs, ...others] = Object.keys(template.findResources('AWS::Logs::LogGroup'));
    expect(others).toEqual([]);
    const [[, { Properties }]] = ours<{ Policies: { PolicyDocument: { Statement: unknown[] } }[] }>(stack, 'AWS::IAM::Role');
    expect(Properties).not.toHaveProperty('ManagedPolicyArns');
    expect(Properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)).toEqual([
      { Effect: 'Allow', Action: ['ec2:DescribeSubnets', 'elasticloadbalancing:DescribeLoadBalancers'], Resource: '*' },
      { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { 'Fn::GetAtt': [logs, 'Arn'] } },
    ]);
    expect(ours(stack, 'AWS::Lambda::Function')[0][1].Properties.LoggingConfig).toEqual({ LogGroup: { Ref: logs } });
    template.hasResource('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Delete' });
  });

  test('configures the app and the worker of a whole PostHog', () => {
    const whole = newStack();
    newPostHog(whole, { vpc: ipamVpc(whole) });
    const template = Template.fromStack(whole);
    for (const process of ['web', 'worker']) {
      expect(lookupsOf(whole, environmentOf(template, process).TRUSTED_PROXIES)).toEqual(['PostHogIngressTrustedAddresses']);
    }
  });
});

describe('the function', () => {
  test('exists once in a stack with several load balancers', () => {
    const stack = newStack();
    const vpc = ipamVpc(stack);
    ingressIn(stack, { vpc }, 'One');
    ingressIn(stack, { vpc }, 'Two');
    ingressIn(stack, { trustedProxies: TrustedProxies.fromLoadBalancer(imported(stack)) }, 'Three');
    const [[id], ...others] = ours(stack, 'AWS::Lambda::Function');
    expect(others).toEqual([]);
    const parts = partsOf(stack);
    expect(parts).toHaveLength(3 * ADDRESS_PARTS);
    expect(new Set(parts.map(({ ServiceToken }) => idOf(ServiceToken)))).toEqual(new Set([id]));
  });

  test('exists once in each stack that needs it', () => {
    const app = new App({ context: FEATURE_FLAGS });
    const stacks = ['One', 'Two'].map((id) => new Stack(app, id));
    for (const stack of stacks) {
      ingressIn(stack, { vpc: ipamVpc(stack) });
    }
    expect(stacks.map((stack) => ours(stack, 'AWS::Lambda::Function').length)).toEqual([1, 1]);
  });

  test('does not exist if every CIDR block is known', () => {
    const stack = newStack();
    ingressIn(stack, {});
    expect([ours(stack, 'AWS::Lambda::Function'), partsOf(stack)]).toEqual([[], []]);
  });

  test('has the same code in every assembly', () => {
    const templates = Array.from({ length: 2 }, () => {
      const stack = newStack();
      ingressIn(stack, { vpc: ipamVpc(stack) });
      return JSON.stringify(Template.fromStack(stack).toJSON());
    });
    expect(templates[0]).toMatch(/"S3Key":"[0-9a-f]{64}\.zip"/);
    expect(templates[1]).toBe(templates[0]);
  });

  test('works with existing roles', () => {
    const stack = newStack();
    Role.customizeRoles(stack, { usePrecreatedRoles: { [`Stack/${TYPE}CustomResourceProvider/Role`]: 'our-role' } });
    TrustedProxies.fromLoadBalancer(imported(stack))._bind(stack, 'addresses');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::Role', 0);
    expect(JSON.stringify(only(template, 'AWS::Lambda::Function').Role)).toContain('role/our-role');
  });
});

describe('a load balancer that is', () => {
  test('imported is looked up by its ARN, without its subnets', () => {
    const stack = newStack();
    ingressIn(stack, { trustedProxies: TrustedProxies.fromLoadBalancer(imported(stack, 'LoadBalancer', Fn.importValue('OurLoadBalancer'))) });
    const parts = partsOf(stack);
    expect(parts).toHaveLength(ADDRESS_PARTS);
    for (const part of parts) {
      expect(part).toMatchObject({ LoadBalancerArn: { 'Fn::ImportValue': 'OurLoadBalancer' } });
      expect(part).not.toHaveProperty('Subnets');
    }
  });

  test('looked up with the CDK is described after it has been found', () => {
    const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
    const found = ApplicationLoadBalancer.fromLookup(stack, 'LoadBalancer', { loadBalancerTags: { team: 'platform' } });
    const ingress = ingressIn(stack, { trustedProxies: TrustedProxies.fromLoadBalancer(found) });
    expect(lookupsOf(stack, ingress.proxyEnvironment.TRUSTED_PROXIES)).toEqual(['IngressTrustedAddresses']);
  });

  test('defined in the same app is looked up again when its subnets change', () => {
    const stack = newStack();
    const loadBalancer = new ApplicationLoadBalancer(stack, 'LoadBalancer', { vpc: ipamVpc(stack) });
    ingressIn(stack, { trustedProxies: TrustedProxies.fromLoadBalancer(loadBalancer) });
    (loadBalancer.node.defaultChild as unknown as { subnets: string[] }).subnets = ['subnet-1', 'subnet-2'];
    expect(partsOf(stack)[0].Subnets).toEqual(['subnet-1', 'subnet-2']);
  });

  test('is looked up once by two ingresses with the same trusted proxies', () => {
    const stack = newStack();
    const trustedProxies = TrustedProxies.fromLoadBalancer(imported(stack));
    const [one, two] = ['One', 'Two'].map((id) => ingressIn(stack, { trustedProxies }, id));
    expect(stack.resolve(two.proxyEnvironment)).toEqual(stack.resolve(one.proxyEnvironment));
    expect(lookupsOf(stack, two.proxyEnvironment.TRUSTED_PROXIES)).toEqual(['OneTrustedAddresses']);
    expect(partsOf(stack)).toHaveLength(ADDRESS_PARTS);
  });

  test('trusted by an ingress is looked up there', () => {
    const stack = newStack();
    const ingress = ingressIn(stack, { trustedProxies: TrustedProxies.fromLoadBalancer(imported(stack)) });
    expect(lookupsOf(stack, ingress.proxyEnvironment.TRUSTED_PROXIES)).toEqual(['IngressTrustedAddresses']);
    expect(partsOf(stack).map(({ LoadBalancerArn }) => LoadBalancerArn)).toEqual(Array.from({ length: ADDRESS_PARTS }, () => LOAD_BALANCER));
  });

  test('in another stack is looked up in the stack of the ingress that trusts it', () => {
    const app = new App({ context: FEATURE_FLAGS });
    const [platform, ours] = ['Platform', 'Ours'].map((id) => new Stack(app, id));
    const loadBalancer = new ApplicationLoadBalancer(platform, 'LoadBalancer', { vpc: ipamVpc(platform) });
    ingressIn(ours, { trustedProxies: TrustedProxies.fromLoadBalancer(loadBalancer) });
    Template.fromStack(platform).resourceCountIs(TYPE, 0);
    const [{ LoadBalancerArn, Subnets }] = partsOf(ours);
    expect(JSON.stringify(LoadBalancerArn)).toContain('OutputRefLoadBalancer');
    expect(Subnets!.map((subnet) => /OutputRefVpcPrivateSubnet\dSubnet/.exec(JSON.stringify(subnet))?.[0])).toEqual(
      [1, 2].map((number) => `OutputRefVpcPrivateSubnet${number}Subnet`),
    );
  });
});

describe('in the VPC of another stack', () => {
  function inVpcOf(define: (platform: Stack) => Vpc): { ours: Stack; ingress: PostHogIngress } {
    const app = new App({ context: FEATURE_FLAGS });
    const [platform, ours] = ['Platform', 'Ours'].map((id) => new Stack(app, id));
    return { ours, ingress: ingressIn(ours, { vpc: define(platform) }) };
  }

  test('nothing is looked up if that stack has the CIDR blocks', () => {
    const { ours, ingress } = inVpcOf(
      (platform) => new Vpc(platform, 'Vpc', { subnetConfiguration: [{ name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 27 }] }),
    );
    expect(ingress.trustedProxies.addresses).toHaveLength(54);
    expect(partsOf(ours)).toEqual([]);
  });

  test('addresses are looked up at deployment with IPAM', () => {
    const { ours, ingress } = inVpcOf(ipamVpc);
    expect(lookupsOf(ours, ingress.proxyEnvironment.TRUSTED_PROXIES)).toEqual(['IngressTrustedAddresses']);
    expect(partsOf(ours)).toHaveLength(ADDRESS_PARTS);
  });
});
