import { CfnParameter, Duration, Fn, Token, SecretValue, Annotations as A } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc, Subnet } from 'aws-cdk-lib/aws-ec2';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { ApplicationProtocol, ApplicationTargetGroup, IpAddressType, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AppAccess, PostHogIngress, PostHogProcess, TrustedProxies } from '../../lib';
import { certificate, newStack } from '../helpers/stack';

function run(name: string, f: () => unknown): void {
  test(name, () => { try { console.log(name, JSON.stringify(f(), null, 1)?.slice(0, 3000)); } catch (e) { console.log(name, 'THROWS', (e as Error).message); } });
}
const synth = (stack: any) => Template.fromStack(stack).toJSON();
function ing(stack: any, props: any) {
  const vpc = props.vpc ?? new Vpc(stack, 'Vpc', { subnetConfiguration: [{ name: 'p', subnetType: 'Public' as any, cidrMask: 27 }] });
  const i = new PostHogIngress(stack, 'Ingress', { domainName: 'posthog.example.com', appAccess: AppAccess.nobody(), ...props, vpc });
  return i;
}
run('token domain record', () => {
  const s = newStack(); const p = new CfnParameter(s, 'Name');
  ing(s, { domainName: p.valueAsString, domainZone: HostedZone.fromHostedZoneAttributes(s, 'Z', { hostedZoneId: 'Z1', zoneName: 'example.com' }) });
  return Object.values(synth(s).Resources).filter((r: any) => r.Type.includes('RecordSet'));
});
run('token zone record', () => {
  const s = newStack(); const p = new CfnParameter(s, 'Name');
  ing(s, { domainZone: HostedZone.fromHostedZoneAttributes(s, 'Z', { hostedZoneId: 'Z1', zoneName: p.valueAsString }) });
  return Object.values(synth(s).Resources).filter((r: any) => r.Type.includes('RecordSet'));
});
run('zone dot', () => {
  const s = newStack();
  ing(s, { domainZone: HostedZone.fromHostedZoneAttributes(s, 'Z', { hostedZoneId: 'Z1', zoneName: 'example.com.' }) });
});
run('list token', () => {
  const s = newStack(); const p = new CfnParameter(s, 'Name', { type: 'CommaDelimitedList' });
  const t = TrustedProxies.fromAddresses(p.valueAsList);
  return s.resolve(t.toEnvironment());
});
run('list token addresses', () => {
  const s = newStack(); const p = new CfnParameter(s, 'Name', { type: 'CommaDelimitedList' });
  return s.resolve(TrustedProxies.fromAddresses(p.valueAsList).addresses);
});
run('cidrs list token', () => {
  const s = newStack(); const p = new CfnParameter(s, 'Name', { type: 'CommaDelimitedList' });
  const i = ing(s, { appAccess: AppAccess.fromCidrs(p.valueAsList), certificate: certificate(s) });
  i.route(PostHogProcess.WEB, new ApplicationTargetGroup(s, 'T', { vpc: (i as any).loadBalancer.vpc, targetType: TargetType.IP, port: 1, protocol: ApplicationProtocol.HTTP }));
  return Object.values(synth(s).Resources).filter((r: any) => r.Type.includes('ListenerRule')).map((r: any) => r.Properties.Conditions).slice(-2);
});
run('idle token', () => {
  const s = newStack(); const p = new CfnParameter(s, 'Name', { type: 'Number' });
  ing(s, { idleTimeout: Duration.seconds(p.valueAsNumber), certificate: certificate(s) });
});
run('hsts token', () => {
  const s = newStack(); const p = new CfnParameter(s, 'Name', { type: 'Number' });
  ing(s, { strictTransportSecurity: Duration.seconds(p.valueAsNumber), certificate: certificate(s) });
  return Object.values(synth(s).Resources).filter((r: any) => r.Type.endsWith('Listener')).map((r: any) => r.Properties.ListenerAttributes);
});
run('session token', () => {
  const s = newStack(); const p = new CfnParameter(s, 'Name', { type: 'Number' });
  AppAccess.authenticated({ sessionTimeout: Duration.seconds(p.valueAsNumber), oidc: { issuer: 'https://x', authorizationEndpoint: 'https://x/a', tokenEndpoint: 'https://x/t', userInfoEndpoint: 'https://x/u', clientId: 'c', clientSecret: SecretValue.secretsManager('x') } });
});
run('internal without private', () => {
  const s = newStack();
  ing(s, { publicLoadBalancer: false, certificate: certificate(s) });
});
run('lookup with group name', () => {
  const s = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
  const i = ing(s, { vpc: Vpc.fromLookup(s, 'V', { vpcName: 'x' }), loadBalancerSubnets: { subnetGroupName: 'LoadBalancer' }, certificate: certificate(s) });
  synth(s);
  return i.trustedProxies.addresses;
});
run('lookup', () => {
  const s = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
  const i = ing(s, { vpc: Vpc.fromLookup(s, 'V', { vpcName: 'x' }), certificate: certificate(s) });
  synth(s);
  return i.trustedProxies.addresses;
});
run('lookup internal', () => {
  const s = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
  const i = ing(s, { vpc: Vpc.fromLookup(s, 'V', { vpcName: 'x' }), publicLoadBalancer: false, certificate: certificate(s) });
  synth(s);
  return i.trustedProxies.addresses;
});
run('dual stack only v6', () => {
  const s = newStack();
  ing(s, { ipAddressType: IpAddressType.DUAL_STACK_WITHOUT_PUBLIC_IPV4, certificate: certificate(s) });
  return Object.values(synth(s).Resources).filter((r: any) => r.Type.endsWith('SecurityGroup')).map((r: any) => r.Properties);
});
run('same subnet twice', () => {
  const s = newStack();
  const a = Subnet.fromSubnetAttributes(s, 'A', { subnetId: 's-1', availabilityZone: 'a', ipv4CidrBlock: '10.0.0.0/27' });
  return TrustedProxies.fromSubnets([a, a]).addresses.length;
});
run('no subnets', () => TrustedProxies.fromSubnets([]).toEnvironment());
run('subnet without az', () => {
  const s = newStack();
  const a = Subnet.fromSubnetAttributes(s, 'A', { subnetId: 's-1', ipv4CidrBlock: '10.0.0.0/27' });
  const b = Subnet.fromSubnetAttributes(s, 'B', { subnetId: 's-2', ipv4CidrBlock: '10.0.0.32/27' });
  ing(s, { loadBalancerSubnets: { subnets: [a, b] }, certificate: certificate(s) });
  return Token.isUnresolved(Fn.ref('x')) && A.name;
});
run('plain secret', () => {
  for (const v of [SecretValue.unsafePlainText('x'), SecretValue.ssmSecure('x', '1'), SecretValue.secretsManager('x')]) {
    const s = newStack();
    try {
      const i = ing(s, { appAccess: AppAccess.authenticated({ oidc: { issuer: 'https://x', authorizationEndpoint: 'https://x/a', tokenEndpoint: 'https://x/t', userInfoEndpoint: 'https://x/u', clientId: 'c', clientSecret: v } }), certificate: certificate(s) });
      i.route(PostHogProcess.WEB, new ApplicationTargetGroup(s, 'T', { vpc: (i as any).loadBalancer.vpc, targetType: TargetType.IP, port: 1, protocol: ApplicationProtocol.HTTP }));
      console.log(JSON.stringify(Object.values(synth(s).Resources).filter((r: any) => r.Type.includes('ListenerRule')).map((r: any) => r.Properties).filter((p: any) => p.Priority === 1000), null, 1), JSON.stringify(Object.values(synth(s).Resources).filter((r: any) => r.Type.includes('SecurityGroup'))));
    } catch (e) { console.log((e as Error).message); }
  }
});
