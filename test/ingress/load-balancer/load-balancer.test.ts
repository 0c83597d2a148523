import { CfnParameter, Duration } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { IpAddressType, SslPolicy } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AppAccess, PostHogIngressProps } from '../../../lib';
import { newIngress, newVpc } from '../fixtures';
import { newStack, only } from '../../helpers/stack';
import { attributes } from '../../helpers/template';

const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
const LISTENER = 'AWS::ElasticLoadBalancingV2::Listener';
const REGION = { env: { account: '111122223333', region: 'eu-central-1' } };

function synth(props: Partial<PostHogIngressProps> = {}): Template {
  const stack = newStack();
  newIngress(stack, { appAccess: AppAccess.nobody(), ...props });
  return Template.fromStack(stack);
}

function loadBalancerAttributes(template: Template): Record<string, unknown> {
  return attributes(only(template, LOAD_BALANCER).LoadBalancerAttributes);
}

function listenerOn(template: Template, Port: number): Record<string, unknown> {
  const found = Object.values(template.findResources(LISTENER, { Properties: { Port } })) as { Properties: Record<string, unknown> }[];
  expect(found).toHaveLength(1);
  return found[0].Properties;
}

const DEFAULT = synth();

describe('the load balancer', () => {
  test('is internet-facing over IPv4 by default', () => {
    expect(only(DEFAULT, LOAD_BALANCER)).toMatchObject({ Scheme: 'internet-facing', Type: 'application', IpAddressType: 'ipv4' });
  });

  test('has the attributes that PostHog needs', () => {
    expect(loadBalancerAttributes(DEFAULT)).toEqual({
      'deletion_protection.enabled': 'true',
      'idle_timeout.timeout_seconds': '120',
      'routing.http2.enabled': 'true',
      'routing.http.drop_invalid_header_fields.enabled': 'true',
      'routing.http.desync_mitigation_mode': 'defensive',
      'routing.http.preserve_host_header.enabled': 'true',
      'routing.http.xff_header_processing.mode': 'append',
      'routing.http.xff_client_port.enabled': 'false',
    });
  });

  test('can be deleted without deletion protection', () => {
    expect(loadBalancerAttributes(synth({ deletionProtection: false }))['deletion_protection.enabled']).toBe('false');
  });

  test.each([[1], [60], [4000]])('accepts an idle timeout of %d seconds', (seconds) => {
    expect(loadBalancerAttributes(synth({ idleTimeout: Duration.seconds(seconds) }))['idle_timeout.timeout_seconds']).toBe(String(seconds));
  });

  test('accepts durations that are tokens', () => {
    const stack = newStack();
    const time = (id: string): Duration => Duration.seconds(new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber);
    newIngress(stack, { appAccess: AppAccess.nobody(), idleTimeout: time('Idle'), strictTransportSecurity: time('Strict') });
    const template = Template.fromStack(stack);
    template.hasResourceProperties(LOAD_BALANCER, {
      LoadBalancerAttributes: Match.arrayWith([{ Key: 'idle_timeout.timeout_seconds', Value: { Ref: 'Idle' } }]),
    });
    template.hasResourceProperties(LISTENER, {
      ListenerAttributes: Match.arrayWith([Match.objectLike({ Value: { 'Fn::Join': ['', ['max-age=', { Ref: 'Strict' }]] } })]),
    });
  });

  test.each([[0], [4001]])('refuses an idle timeout of %d seconds', (seconds) => {
    expect(() => synth({ idleTimeout: Duration.seconds(seconds) })).toThrow(
      `[Stack/Ingress] \`idleTimeout\` must be from 1 second to 4,000 seconds, got: ${seconds} second`,
    );
  });

  test.each(['idleTimeout', 'strictTransportSecurity'] as const)('refuses a fraction of a second as `%s`', (prop) => {
    expect(() => newIngress(newStack(), { [prop]: Duration.millis(1500) })).toThrow(
      `[Stack/Ingress] \`${prop}\` must be a whole number of seconds, got:`,
    );
  });

  test('is internal without `publicLoadBalancer`', () => {
    expect(only(synth({ publicLoadBalancer: false }), LOAD_BALANCER)).toMatchObject({ Scheme: 'internal' });
  });

  test.each([
    [IpAddressType.DUAL_STACK, 'dualstack'],
    [IpAddressType.DUAL_STACK_WITHOUT_PUBLIC_IPV4, 'dualstack-without-public-ipv4'],
  ])('can have IPv6: %s', (ipAddressType, text) => {
    expect(only(synth({ ipAddressType }), LOAD_BALANCER)).toMatchObject({ IpAddressType: text });
  });
});

describe('the HTTP listener', () => {
  test('redirects permanently to HTTPS, with path and query', () => {
    expect(listenerOn(DEFAULT, 80)).toMatchObject({
      Protocol: 'HTTP',
      DefaultActions: [{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } }],
    });
    const [{ RedirectConfig }] = listenerOn(DEFAULT, 80).DefaultActions as { RedirectConfig: Record<string, unknown> }[];
    expect(Object.keys(RedirectConfig).sort()).toEqual(['Port', 'Protocol', 'StatusCode']);
  });

  test('has no other rule', () => {
    const rules = Object.values(DEFAULT.findResources('AWS::ElasticLoadBalancingV2::ListenerRule')) as {
      Properties: { ListenerArn: { Ref: string } };
    }[];
    const [https] = Object.keys(DEFAULT.findResources(LISTENER, { Properties: { Port: 443 } }));
    expect(new Set(rules.map(({ Properties }) => Properties.ListenerArn.Ref))).toEqual(new Set([https]));
  });
});

describe('the HTTPS listener', () => {
  test('terminates TLS with the certificate and a current policy', () => {
    expect(listenerOn(DEFAULT, 443)).toMatchObject({
      Protocol: 'HTTPS',
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09',
      Certificates: [{ CertificateArn: expect.stringContaining('arn:aws:acm:') as string }],
    });
    expect(SslPolicy.TLS13_12_RES_PQ).toBe('ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09');
  });

  test('uses `sslPolicy`', () => {
    expect(listenerOn(synth({ sslPolicy: SslPolicy.TLS13_RES }), 443)).toMatchObject({ SslPolicy: SslPolicy.TLS13_RES });
  });

  test('sends HSTS for a year, and no server header', () => {
    expect(attributes(listenerOn(DEFAULT, 443).ListenerAttributes)).toEqual({
      'routing.http.response.strict_transport_security.header_value': 'max-age=31536000',
      'routing.http.response.server.enabled': 'false',
    });
  });

  test('sends HSTS for `strictTransportSecurity`', () => {
    const template = synth({ strictTransportSecurity: Duration.days(1) });
    expect(attributes(listenerOn(template, 443).ListenerAttributes)).toMatchObject({
      'routing.http.response.strict_transport_security.header_value': 'max-age=86400',
    });
  });
});

test('creates two listeners', () => {
  DEFAULT.resourceCountIs(LISTENER, 2);
});

describe('the security group', () => {
  const GROUP = 'AWS::EC2::SecurityGroup';

  test('allows every address on both listeners and no outbound traffic', () => {
    expect(
      (only(DEFAULT, GROUP).SecurityGroupIngress as { CidrIp: string; FromPort: number; ToPort: number; IpProtocol: string }[]).map(
        ({ CidrIp, FromPort, ToPort, IpProtocol }) => [CidrIp, FromPort, ToPort, IpProtocol],
      ),
    ).toEqual([
      ['0.0.0.0/0', 80, 80, 'tcp'],
      ['0.0.0.0/0', 443, 443, 'tcp'],
    ]);
    expect(only(DEFAULT, GROUP).SecurityGroupEgress).toEqual([expect.objectContaining({ CidrIp: '255.255.255.255/32' })]);
  });

  test('allows every IPv6 address as well on a dual-stack load balancer', () => {
    const rules = only(synth({ ipAddressType: IpAddressType.DUAL_STACK }), GROUP).SecurityGroupIngress as { CidrIpv6?: string; FromPort: number }[];
    expect(rules.filter(({ CidrIpv6 }) => CidrIpv6 === '::/0').map(({ FromPort }) => FromPort)).toEqual([80, 443]);
  });

  test('allows no address without `openListener`', () => {
    const template = synth({ openListener: false });
    expect(only(template, GROUP)).not.toHaveProperty('SecurityGroupIngress');
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  });

  test('allows the clients of `connections` without `openListener`', () => {
    const stack = newStack();
    newIngress(stack, { appAccess: AppAccess.nobody(), openListener: false }).connections.allowFrom(Peer.ipv4('10.0.0.0/8'), Port.tcp(443));
    expect((only(Template.fromStack(stack), GROUP).SecurityGroupIngress as { CidrIp: string }[]).map(({ CidrIp }) => CidrIp)).toEqual(['10.0.0.0/8']);
  });

  test('uses an existing security group, and creates none', () => {
    const stack = newStack();
    const vpc = newVpc(stack);
    const securityGroup = new SecurityGroup(stack, 'Own', { vpc, description: 'mine' });
    newIngress(stack, { vpc, securityGroup, appAccess: AppAccess.nobody() });
    const template = Template.fromStack(stack);
    expect(only(template, GROUP)).toMatchObject({ GroupDescription: 'mine' });
    expect(only(template, LOAD_BALANCER).SecurityGroups).toEqual([stack.resolve(securityGroup.securityGroupId)]);
  });
});

describe('access logs', () => {
  const withLogs = (prefix?: string): Template => {
    const stack = newStack(REGION);
    newIngress(stack, { appAccess: AppAccess.nobody(), accessLogsBucket: new Bucket(stack, 'Logs'), accessLogsPrefix: prefix });
    return Template.fromStack(stack);
  };

  test('are not written by default', () => {
    expect(Object.keys(loadBalancerAttributes(DEFAULT)).filter((key) => key.startsWith('access_logs'))).toEqual([]);
  });

  test('are written to the root of the bucket, with permission of the load balancer', () => {
    const template = withLogs();
    const [bucket] = Object.keys(template.findResources('AWS::S3::Bucket'));
    expect(loadBalancerAttributes(template)).toMatchObject({ 'access_logs.s3.enabled': 'true', 'access_logs.s3.bucket': { Ref: bucket } });
    expect(loadBalancerAttributes(template)['access_logs.s3.prefix'] ?? '').toBe('');
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 's3:PutObject', Effect: 'Allow' })]) },
    });
  });

  test('are written below a prefix', () => {
    expect(loadBalancerAttributes(withLogs('ingress'))).toMatchObject({ 'access_logs.s3.prefix': 'ingress' });
  });

  test('fails with a prefix and no bucket', () => {
    expect(() => newIngress(newStack(), { accessLogsPrefix: 'alb' })).toThrow(
      '[Stack/Ingress] `accessLogsPrefix` needs `accessLogsBucket`; name the bucket, or leave the prefix out',
    );
  });

  test('fails when the stack has no fixed region', () => {
    const stack = newStack();
    expect(() => newIngress(stack, { appAccess: AppAccess.nobody(), accessLogsBucket: new Bucket(stack, 'Logs') })).toThrow(
      '[Stack/Ingress] `accessLogsBucket` needs a stack with a fixed region, because the log delivery principal depends on it; ' +
        'give the stack `env: { region: ... }`',
    );
  });
});
