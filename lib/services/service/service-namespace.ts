import { IVpc } from 'aws-cdk-lib/aws-ec2';
import { CfnPrivateDnsNamespace, PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';

/** The negative caching time of DNS, in seconds: a process may look up a name whose tasks are about to start. */
const FORGET_AFTER = 10;

/** Defines the namespace for service discovery, with a private hosted zone of the VPC. */
export function defineNamespace(scope: Construct, id: string, vpc: IVpc, name: string): PrivateDnsNamespace {
  const namespace = new PrivateDnsNamespace(scope, id, { vpc, name, description: 'PostHog services: service discovery' });
  // The construct has no prop for it.
  (namespace.node.defaultChild as CfnPrivateDnsNamespace).properties = { dnsProperties: { soa: { ttl: FORGET_AFTER } } };
  return namespace;
}
