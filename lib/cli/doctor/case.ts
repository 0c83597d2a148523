import { Deployment } from './deployment';
import { likelyDomain } from './domain';
import { LiveDoor, liveDoor, tlsListener } from './live-door';
import { ReleaseDescription } from '../../release/release-description';
import { Access } from '../access';
import { Visits, visitorsOf } from '../visits';

/** What is meant, besides what stands. */
export interface Intention {
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
export interface Case extends Intention, Visits {
  readonly deployment: Deployment;
  /** The way in; undefined where no listener ends TLS. */
  readonly door?: LiveDoor;
}

/** The case of a deployment, to be judged. */
export function caseOf(deployment: Deployment, intention: Intention): Case {
  const domain = intention.domain ?? likelyDomain(deployment, tlsListener(deployment));
  const door = liveDoor(deployment, domain);
  return { ...intention, domain, deployment, door, ...visitorsOf(door?.rules ?? []) };
}

/** Some of a list, and how many more there are. */
export function some(items: readonly string[], most = 4): string {
  const more = items.length - most;
  return more > 0 ? `${items.slice(0, most).join(', ')} and ${more} more` : items.join(', ');
}
