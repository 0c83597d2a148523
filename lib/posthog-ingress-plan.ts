import { Token } from 'aws-cdk-lib/core';
import { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { InternalLoadBalancerOptions } from './ingress/app-load-balancer';
import { checkDistinctNames, checkFurtherNames } from './ingress/host-names';
import { isPrivate } from './ingress/load-balancer/certificates';
import { isInZone, zoneNameOf } from './ingress/load-balancer/domain';
import { checkIngressProps } from './ingress/ingress-checks';
import { PostHogIngressOptions } from './ingress/ingress-options';
import { AppAccess } from './ingress/routing/app-access';
import { PostHogProps } from './posthog-props';
import { pick } from './private/collections';
import { invalidProp, invalidValue } from './private/errors';
import { shortHash } from './private/values';

/** An ingress. Its VPC and, in a new network, its subnets follow from the network. */
export interface IngressPlan extends PostHogIngressOptions {
  /** The private name of the app, if a process calls it. */
  readonly internalHostNames?: string[];
  readonly deletionProtection: boolean;
}

/** The ingresses of a PostHog. */
export interface IngressPlans {
  readonly ingress: IngressPlan;
  /** The ingress of the app, if it has a load balancer of its own. */
  readonly appIngress?: IngressPlan;
  /** Indicates whether the primary name of `ingress` is one for ingestion. */
  readonly isIngestionOnly: boolean;
}

const INGRESS_OPTIONS: Readonly<Record<keyof PostHogIngressOptions, true>> = {
  domainName: true,
  domainZone: true,
  certificate: true,
  additionalDomainNames: true,
  ingestionDomainNames: true,
  listener: true,
  loadBalancer: true,
  rulePriorityBase: true,
  loadBalancerSubnets: true,
  publicLoadBalancer: true,
  ipAddressType: true,
  appAccess: true,
  publicEndpointGroups: true,
  trustedProxies: true,
  clientAddress: true,
  firewall: true,
  sslPolicy: true,
  idleTimeout: true,
  strictTransportSecurity: true,
  openListener: true,
  securityGroup: true,
  accessLogsBucket: true,
  accessLogsPrefix: true,
};

/**
 * Returns the plans of the ingresses.
 *
 * Throws if props contradict each other.
 *
 * @param props the props of the PostHog
 * @param others what follows from other props
 */
export function ingressPlans(
  props: PostHogProps,
  others: Pick<IngressPlan, 'clientAddress' | 'internalHostNames' | 'deletionProtection'>,
): IngressPlans {
  const options: IngressPlan = { ...pick<PostHogIngressOptions>(props, INGRESS_OPTIONS), ...others };
  if (!props.appLoadBalancer) {
    return { ingress: options, isIngestionOnly: false };
  }
  const internal = props.appLoadBalancer._options;
  return { ingress: publicIngress(options), appIngress: internalIngress(options, internal), isIngestionOnly: !isAppNamePublic(props) };
}

/** Rejects props of the ingresses that contradict each other. */
export function checkIngresses(props: PostHogProps): void {
  if (!props.appLoadBalancer) {
    checkIngressProps(props);
    return;
  }
  checkDistinctNames(props);
  checkAppLoadBalancer(props, props.appLoadBalancer._options);
  if (!isAppNamePublic(props)) {
    // One of them becomes the primary name of the public ingress, whose errors would name other props.
    checkFurtherNames({ domainName: props.domainName, ingestionDomainNames: props.ingestionDomainNames }, true);
  }
  const { ingress, appIngress } = ingressPlans(props, { deletionProtection: false });
  checkIngressProps(ingress);
  checkFurtherNames(appIngress!, true);
}

/** Returns whether the public load balancer serves the app's name as well, for SDK endpoints: there is a zone or a certificate for it. */
export function isAppNamePublic({ domainZone, certificate, listener }: PostHogIngressOptions): boolean {
  return [domainZone, certificate, listener].some((one) => one !== undefined);
}

/** Returns the public ingress of a PostHog whose app has a load balancer of its own. */
function publicIngress(options: IngressPlan): IngressPlan {
  const closed = { ...options, additionalDomainNames: undefined, appAccess: AppAccess.nobody() };
  if (isAppNamePublic(options)) {
    return closed;
  }
  // Its first name is then one for ingestion, which no group of endpoints is opened on.
  const [{ domainName, domainZone, certificate }, ...others] = options.ingestionDomainNames!;
  return { ...closed, domainName, domainZone, certificate, ingestionDomainNames: others, publicEndpointGroups: undefined };
}

/** Returns the ingress of the app. */
function internalIngress(options: IngressPlan, internal: InternalLoadBalancerOptions): IngressPlan {
  const { domainZone, certificate, loadBalancerSubnets, securityGroup, openListener, trustedProxies, firewall } = internal;
  const { domainName, additionalDomainNames, appAccess, publicEndpointGroups, clientAddress, internalHostNames, deletionProtection } = options;
  const { sslPolicy, idleTimeout, strictTransportSecurity, accessLogsBucket, accessLogsPrefix } = options;
  return {
    ...{ domainName, domainZone, certificate: certificate ?? options.certificate, additionalDomainNames },
    ...{ appAccess, publicEndpointGroups, clientAddress, internalHostNames, deletionProtection },
    ...{ sslPolicy, idleTimeout, strictTransportSecurity, accessLogsBucket, accessLogsPrefix },
    ...{ loadBalancerSubnets, securityGroup, openListener, trustedProxies, firewall },
    publicLoadBalancer: false,
  };
}

function checkAppLoadBalancer(props: PostHogProps, { domainZone, certificate }: InternalLoadBalancerOptions): void {
  if (props.publicLoadBalancer === false) {
    throw invalidValue(
      'publicLoadBalancer',
      'must not be false with `appLoadBalancer`: both load balancers would be internal',
      props.publicLoadBalancer,
      'leave `appLoadBalancer` out, and SDK endpoints and the app share one internal load balancer',
    );
  }
  if (!isAppNamePublic(props) && (props.ingestionDomainNames ?? []).length === 0) {
    throw invalidProp(
      'ingestionDomainNames',
      'or `domainZone` or `certificate` is required with `appLoadBalancer`: the public load balancer needs a name',
      'name one host for SDKs, with its zone or certificate, or pass the public zone of `domainName`',
    );
  }
  checkZone(props, domainZone);
  const canBeValidated = props.domainZone && !props.listener ? true : domainZone !== undefined && !isPrivate(domainZone);
  if (!certificate && !props.certificate && !canBeValidated) {
    throw invalidProp(
      'appLoadBalancer',
      'needs a `certificate` for `domainName`, because the load balancer terminates TLS',
      'pass a certificate in the region of the stack to AppLoadBalancer.internal(), or a public `domainZone` in which a new one can be validated',
    );
  }
}

function checkZone(props: PostHogProps, domainZone: IHostedZone | undefined): void {
  if (!domainZone) {
    return;
  }
  const { hostedZoneId } = domainZone;
  // A look-up that is pending has the id DUMMY.
  if (domainZone === props.domainZone || (hostedZoneId !== 'DUMMY' && hostedZoneId === props.domainZone?.hostedZoneId)) {
    throw invalidValue(
      'appLoadBalancer',
      'needs another `domainZone` than that of the PostHog: a name has one record in a zone, and `domainZone` has the one of the public load balancer',
      domainZone,
      'pass a private zone of the same name to AppLoadBalancer.internal(), or leave one of the two out',
    );
  }
  const zoneName = zoneNameOf('appLoadBalancer', domainZone);
  if (!Token.isUnresolved(zoneName) && !Token.isUnresolved(props.domainName) && !isInZone(props.domainName, zoneName)) {
    throw invalidValue(
      'domainName',
      `must be in the \`domainZone\` of \`appLoadBalancer\`, ${zoneName}`,
      props.domainName,
      'pass the zone of this name',
    );
  }
}

/**
 * Returns the construct id of target groups, another one for another kind of load balancer. A target group can belong to one load balancer only, and
 * CloudFormation creates the rules of a new one before it deletes those of the old one.
 */
export function targetGroupId({ listener, publicLoadBalancer }: PostHogProps): string {
  if (listener) {
    const { listenerArn } = listener;
    // The ARN of an imported listener names its load balancer; that of another one is not known, so its construct stands for it.
    return `TargetsOf${shortHash(Token.isUnresolved(listenerArn) ? listener.node.path : listenerArn)}`;
  }
  return publicLoadBalancer === false ? 'TargetsInternal' : 'Targets';
}
