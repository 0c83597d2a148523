import { IVpc } from 'aws-cdk-lib/aws-ec2';
import { CfnPrivateDnsNamespace, PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';

/** How long a name that was not there is taken not to be there, in seconds: a process may ask for one whose tasks are about to start. */
const FORGET_AFTER = 10;

/** Where the names of processes are: a private zone of the VPC. */
export function defineNamespace(scope: Construct, id: string, vpc: IVpc, name: string): PrivateDnsNamespace {
  const namespace = new PrivateDnsNamespace(scope, id, { vpc, name, description: 'How the processes of PostHog find each other' });
  // The construct has no prop for it.
  (namespace.node.defaultChild as CfnPrivateDnsNamespace).properties = { dnsProperties: { soa: { ttl: FORGET_AFTER } } };
  return namespace;
}
