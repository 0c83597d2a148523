import { IApplicationLoadBalancer, IpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AaaaRecord, ARecord, IRecordSet, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import { Domain } from './domain';
import { FurtherName, idOf, isIngestionOnly } from '../host-names';

/**
 * Defines the alias records of all names for the load balancer, and returns them.
 *
 * Each name has resources of its own, whose ids depend on no other name and not on the list that it is in: to remove a name deletes its records only.
 *
 * @param ingress the ingress
 * @param primary the props of the ingress, with its primary name
 * @param names the further names
 * @param loadBalancer the load balancer
 * @param ipAddressType the address type of the load balancer
 */
export function defineAllRecords(
  ingress: Construct,
  primary: Domain,
  names: readonly FurtherName[],
  loadBalancer: IApplicationLoadBalancer,
  ipAddressType: IpAddressType,
): IRecordSet[] {
  const ingestionOnly = isIngestionOnly(primary);
  const below = new Map<string, Domain>(names.map((name) => [name.id, name]));
  if (ingestionOnly) {
    below.set(idOf(primary.domainName, 'domainName'), primary);
  }
  const scope = below.size > 0 ? new Construct(ingress, 'Names') : ingress;
  return [
    ...(ingestionOnly ? [] : defineRecords(ingress, primary, loadBalancer, ipAddressType)),
    ...[...below].flatMap(([id, name]) => defineRecords(new Construct(scope, id), name, loadBalancer, ipAddressType)),
  ];
}

/** Defines the alias records for the load balancer, below a construct, and returns them. Without a hosted zone, users have to create them. */
function defineRecords(scope: Construct, domain: Domain, loadBalancer: IApplicationLoadBalancer, ipAddressType: IpAddressType): IRecordSet[] {
  if (!domain.domainZone) {
    return [];
  }
  // The trailing dot makes the name complete. Without it, the CDK would append the zone's name if either is a token.
  const record = {
    zone: domain.domainZone,
    recordName: `${domain.domainName}.`,
    target: RecordTarget.fromAlias(new LoadBalancerTarget(loadBalancer)),
  };
  return [
    ...(ipAddressType === IpAddressType.DUAL_STACK_WITHOUT_PUBLIC_IPV4 ? [] : [new ARecord(scope, 'AliasRecord', record)]),
    ...(ipAddressType === IpAddressType.IPV4 ? [] : [new AaaaRecord(scope, 'AliasRecordIpv6', record)]),
  ];
}
