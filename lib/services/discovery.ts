import { Names } from 'aws-cdk-lib/core';
import { IVpc } from 'aws-cdk-lib/aws-ec2';
import { CfnPrivateDnsNamespace, INamespace, NamespaceType, PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import { PostHogProcess } from '../catalog/posthog-process';
import { privateHostName } from '../catalog/process-context';
import { invalidValue } from '../private/errors';

/** The private names of processes. */
export interface DiscoveryPlan {
  /** The existing namespace; undefined for a new one. */
  readonly namespace?: INamespace;
  /** The suffix of the names of Cloud Map services; undefined if the namespace has no others. */
  readonly suffix?: string;
  /** The domain of all private host names: that of the namespace, below the suffix. */
  readonly domain: string;
}

/** The namespace that services register in. */
export interface Discovery extends DiscoveryPlan {
  readonly namespace: INamespace;
}

/** The length of a label, well below the 63 characters of DNS: the names of processes and namespaces are added to it. */
const MAX_LABEL = 40;

/** The negative caching time of DNS, in seconds: a process may look up a name whose tasks are about to start. */
const NEGATIVE_CACHING_SECONDS = 10;

/**
 * Returns a name of a PostHog that is a DNS label, and unique among the constructs of all stacks.
 *
 * It does not depend on the domain name, whose change would rename every process while others call it.
 */
export function discoveryLabel(scope: Construct): string {
  return Names.uniqueResourceName(scope, { maxLength: MAX_LABEL, separator: '-' }).toLowerCase();
}

/**
 * Returns the private names of processes: `web.<label>.internal` in a new namespace, `web.<label>.<namespace>` in an existing one, which several
 * PostHogs and other services may share.
 *
 * Throws if the namespace does not resolve in the VPC alone.
 */
export function discoveryPlan(label: string, namespace?: INamespace): DiscoveryPlan {
  if (!namespace) {
    return { domain: `${label}.internal` };
  }
  if (namespace.type !== NamespaceType.DNS_PRIVATE) {
    throw invalidValue(
      'cloudMapNamespace',
      'must be a private DNS namespace, because processes find each other by names that must resolve in the VPC only',
      namespace.type,
      'pass a PrivateDnsNamespace',
    );
  }
  // A Cloud Map service in a private DNS namespace may have several labels (the pattern of Name in CreateService of its API).
  return { namespace, suffix: label, domain: `${label}.${namespace.namespaceName}` };
}

/** Returns the namespace of a plan, or defines it with a private hosted zone of the VPC. */
export function discoveryOf(scope: Construct, id: string, plan: DiscoveryPlan, vpc: IVpc): Discovery {
  return { ...plan, namespace: plan.namespace ?? defineNamespace(scope, id, vpc, plan.domain) };
}

/** Returns the name of the Cloud Map service of a process. */
export function registeredName(process: PostHogProcess, { suffix }: DiscoveryPlan): string {
  return suffix === undefined ? process : privateHostName(process, suffix);
}

function defineNamespace(scope: Construct, id: string, vpc: IVpc, name: string): PrivateDnsNamespace {
  const namespace = new PrivateDnsNamespace(scope, id, { vpc, name, description: 'PostHog services: service discovery' });
  // The construct has no prop for it.
  (namespace.node.defaultChild as CfnPrivateDnsNamespace).properties = { dnsProperties: { soa: { ttl: NEGATIVE_CACHING_SECONDS } } };
  return namespace;
}
