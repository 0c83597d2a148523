import { CfnParameter, Fn } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { IpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AppAccess, PostHogIngress, PostHogIngressProps } from '../../../lib';
import { newIngress, newVpc, zone } from '../fixtures';
import { certificate, newPostHog, newStack, only } from '../../helpers/stack';

const RECORD = 'AWS::Route53::RecordSet';
const CERTIFICATE = 'AWS::CertificateManager::Certificate';

function synth(props: (stack: ReturnType<typeof newStack>) => Partial<PostHogIngressProps>): Template {
  const stack = newStack();
  newIngress(stack, { appAccess: AppAccess.nobody(), ...props(stack) });
  return Template.fromStack(stack);
}

function recordTypes(template: Template): unknown[] {
  return Object.values(template.findResources(RECORD))
    .map((record) => (record as { Properties: { Type: string } }).Properties.Type)
    .sort();
}

describe('with a hosted zone', () => {
  const template = synth((stack) => ({ domainZone: zone(stack) }));

  test('creates a certificate that is validated through the zone', () => {
    expect(only(template, CERTIFICATE)).toMatchObject({
      DomainName: 'posthog.example.com',
      ValidationMethod: 'DNS',
      DomainValidationOptions: [{ DomainName: 'posthog.example.com', HostedZoneId: 'Z0123456789' }],
    });
    const [id] = Object.keys(template.findResources(CERTIFICATE));
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: 443, Certificates: [{ CertificateArn: { Ref: id } }] });
  });

  test('creates an alias record for the load balancer', () => {
    const [id] = Object.keys(template.findResources('AWS::ElasticLoadBalancingV2::LoadBalancer'));
    expect(only(template, RECORD)).toMatchObject({
      Type: 'A',
      Name: 'posthog.example.com.',
      HostedZoneId: 'Z0123456789',
      AliasTarget: {
        DNSName: { 'Fn::Join': ['', ['dualstack.', { 'Fn::GetAtt': [id, 'DNSName'] }]] },
        HostedZoneId: { 'Fn::GetAtt': [id, 'CanonicalHostedZoneID'] },
      },
    });
  });

  test.each([
    [IpAddressType.IPV4, ['A']],
    [IpAddressType.DUAL_STACK, ['A', 'AAAA']],
    [IpAddressType.DUAL_STACK_WITHOUT_PUBLIC_IPV4, ['AAAA']],
  ])('creates the records of the address type %s', (ipAddressType, types) => {
    expect(recordTypes(synth((stack) => ({ domainZone: zone(stack), ipAddressType })))).toEqual(types);
  });

  test('creates an AAAA record of the same name', () => {
    synth((stack) => ({ domainZone: zone(stack), ipAddressType: IpAddressType.DUAL_STACK })).hasResourceProperties(RECORD, {
      Type: 'AAAA',
      Name: 'posthog.example.com.',
      HostedZoneId: 'Z0123456789',
    });
  });

  test('uses an existing certificate, and creates none', () => {
    const given = synth((stack) => ({ domainZone: zone(stack), certificate: certificate(stack) }));
    given.resourceCountIs(CERTIFICATE, 0);
    given.resourceCountIs(RECORD, 1);
    given.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      Certificates: [{ CertificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555' }],
    });
  });
});

describe('the domain name', () => {
  const name = (domainName: string, zoneName: string): unknown =>
    only(
      synth((stack) => ({ domainName, domainZone: zone(stack, zoneName) })),
      RECORD,
    ).Name;

  test('may be the name of the zone', () => {
    expect(name('example.com', 'example.com')).toBe('example.com.');
  });

  test('may be several levels below the zone', () => {
    expect(name('a.b.c.example.com', 'example.com')).toBe('a.b.c.example.com.');
  });

  test('may be in a zone whose name has a trailing dot', () => {
    expect(name('posthog.example.com', 'example.com.')).toBe('posthog.example.com.');
  });

  test.each([
    ['posthog.example.org', 'example.com'],
    ['posthog.notexample.com', 'example.com'],
    ['example.com', 'posthog.example.com'],
  ])('fails when it is %s and the zone is %s', (domainName, zoneName) => {
    expect(() => name(domainName, zoneName)).toThrow(
      `[Stack/Ingress] \`domainName\` must be in the hosted zone ${zoneName}, got: '${domainName}'; give the zone of this name, or a name of this zone`,
    );
  });

  test('fails when it is not a host name', () => {
    expect(() => synth(() => ({ domainName: 'https://posthog.example.com' }))).toThrow(
      "[Stack/Ingress] `domainName` must be a fully qualified host name such as posthog.example.com, got: 'https://posthog.example.com'; remove the scheme",
    );
  });

  test('is checked before anything is defined', () => {
    const stack = newStack();
    const domainName = 'posthog';
    expect(() => new PostHogIngress(stack, 'Ingress', { domainName, vpc: newVpc(stack) })).toThrow('[Stack/Ingress] `domainName` must be');
    expect(() => newPostHog(stack, { domainName })).toThrow('[Stack/PostHog] `domainName` must be');
    expect(['Ingress', 'PostHog'].flatMap((id) => stack.node.findChild(id).node.children.map(({ node }) => node.path))).toEqual([]);
  });

  test('may be a token, which is the exact name of the record', () => {
    const template = synth((stack) => ({ domainName: new CfnParameter(stack, 'Name').valueAsString, domainZone: zone(stack) }));
    expect(only(template, RECORD).Name).toEqual({ 'Fn::Join': ['', [{ Ref: 'Name' }, '.']] });
    expect(only(template, CERTIFICATE).DomainName).toEqual({ Ref: 'Name' });
  });

  test('may be in a zone whose name is a token, and is the exact name of the record', () => {
    expect(
      only(
        synth((stack) => ({ domainZone: zone(stack, Fn.importValue('ZoneName')) })),
        RECORD,
      ).Name,
    ).toBe('posthog.example.com.');
  });
});

describe('without a hosted zone', () => {
  test('creates no record', () => {
    const template = synth((stack) => ({ certificate: certificate(stack), ipAddressType: IpAddressType.DUAL_STACK }));
    template.resourceCountIs(RECORD, 0);
    template.resourceCountIs(CERTIFICATE, 0);
  });

  test('fails without a certificate', () => {
    const stack = newStack();
    expect(() => newIngress(stack, { vpc: newVpc(stack), certificate: undefined })).toThrow(
      '[Stack/Ingress] `domainZone` or `certificate` is required, because the load balancer terminates TLS; pass the hosted zone of the domain name, or ' +
        'a certificate for it in the region of the stack',
    );
  });
});
