import { Deployment } from './deployment';
import { likelyDomain } from './domain';
import { DeployedIngress, deployedIngress, tlsListener } from './deployed-ingress';
import { ReleaseDescription } from '../../lib/internal';
import { Access } from '../access';
import { ProbeContext, probeAddressesOf } from '../probes';

/** What is meant, besides what stands. */
export interface CheckOptions {
  /** The name that visitors use; left out, what most of the deployment names. */
  readonly domain?: string;
  /** Who is meant to open the app; left out, whoever can. */
  readonly access?: Access;
  /** The release that was deployed, where it is not one of the library. */
  readonly release?: ReleaseDescription;
  /** How many days old a release may be; left out, 60. */
  readonly maxReleaseAge?: number;
  readonly now: Date;
}

/** What a check judges. */
export interface CheckContext extends CheckOptions, ProbeContext {
  readonly deployment: Deployment;
  /** The way in; undefined where no listener ends TLS. */
  readonly door?: DeployedIngress;
}

/** The case of a deployment, to be judged. */
export function checkContextOf(deployment: Deployment, intention: CheckOptions): CheckContext {
  const domain = intention.domain ?? likelyDomain(deployment, tlsListener(deployment));
  const door = deployedIngress(deployment, domain);
  return { ...intention, domain, deployment, door, ...probeAddressesOf(door?.rules ?? []) };
}

/** Some of a list, and how many more there are. */
export function some(items: readonly string[], most = 4): string {
  const more = items.length - most;
  return more > 0 ? `${items.slice(0, most).join(', ')} and ${more} more` : items.join(', ');
}
