import { SecretValue, Stack } from 'aws-cdk-lib/core';
import { IVpc, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationProtocol, ApplicationTargetGroup, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { HostedZone, IHostedZone } from 'aws-cdk-lib/aws-route53';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { OidcOptions, PostHogIngress, PostHogIngressProps, PostHogProcess, PublicEndpoint } from '../../lib';
import { CloudFormationTemplate } from '../../cli/alb/template';
import { certificate } from '../helpers/stack';

/** The processes with endpoints: the app, and all processes of the endpoint table. */
export const ROUTED: readonly PostHogProcess[] = Object.values(PostHogProcess).filter(
  (name) => name === PostHogProcess.WEB || PublicEndpoint.all().some(({ process }) => process === name),
);

/** A VPC with subnets that suit a load balancer. */
export function newVpc(scope: Construct, id = 'Vpc'): IVpc {
  return new Vpc(scope, id, {
    natGateways: 0,
    subnetConfiguration: [
      { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 27 },
      { name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 27 },
    ],
  });
}

/** An ingress with the required props, and those of a test. */
export function newIngress(scope: Construct, props: Partial<PostHogIngressProps> = {}, id = 'Ingress'): PostHogIngress {
  const given = new Construct(scope, `${id}Given`);
  const proof = 'domainZone' in props || 'certificate' in props ? {} : { certificate: certificate(given) };
  return new PostHogIngress(scope, id, { domainName: 'posthog.example.com', ...proof, ...props, vpc: props.vpc ?? newVpc(given) });
}

/** A target group. */
export function newTargets(scope: Construct, id: string, vpc: IVpc): ApplicationTargetGroup {
  return new ApplicationTargetGroup(scope, id, { vpc, targetType: TargetType.IP, port: 8000, protocol: ApplicationProtocol.HTTP });
}

/** The hosted zone of the domain of the tests. */
export function zone(scope: Construct, zoneName = 'example.com'): IHostedZone {
  return HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId: 'Z0123456789', zoneName });
}

/** An identity provider, with its client secret in Secrets Manager. */
export const OIDC: OidcOptions = {
  issuer: 'https://login.example.com',
  authorizationEndpoint: 'https://login.example.com/authorize',
  tokenEndpoint: 'https://login.example.com/token',
  userInfoEndpoint: 'https://login.example.com/userinfo',
  clientId: 'posthog',
  clientSecret: SecretValue.secretsManager('oidc-client', { jsonField: 'secret' }),
};

/** The template of a stack, from which rules are read. */
export function templateOf(stack: Stack): CloudFormationTemplate {
  return Template.fromStack(stack).toJSON() as CloudFormationTemplate;
}
