import { Access } from './access';
import { Deployment } from './deployment';
import { likelyDomain } from './domain';
import { LiveDoor, liveDoor, tlsListener } from './live-door';
import { Outcome, pass, Passage } from '../passage';
import { STRANGER } from '../../ingress/endpoint-samples';
import { blockList, familyOf, formatAddress, parseCidr } from '../../private/ip';

/** What is meant, besides what stands. */
export interface Intention {
  /** The name that visitors use; left out, what most of the deployment names. */
  readonly domain?: string;
  /** Who is meant to open the app; left out, whoever can. */
  readonly access?: Access;
  readonly now: Date;
}

/** What a check judges. */
export interface Case extends Intention {
  readonly deployment: Deployment;
  /** The way in; undefined where no listener ends TLS. */
  readonly door?: LiveDoor;
  /** An address that no rule names. */
  readonly stranger: string;
  /** An address of each block that a rule names. */
  readonly insiders: readonly string[];
}

/** Addresses for examples and one for tests of network gear: nobody has them, but a rule may name their blocks. */
const STRANGERS = [STRANGER, '198.51.100.1', '203.0.113.1', '198.18.0.1', '2001:db8::1'];

/** The case of a deployment, to be judged. */
export function caseOf(deployment: Deployment, intention: Intention): Case {
  const domain = intention.domain ?? likelyDomain(deployment, tlsListener(deployment));
  const door = liveDoor(deployment, domain);
  const blocks = (door?.rules ?? []).flatMap(({ conditions }) => conditions).filter(({ field }) => field === 'source-ip').flatMap(({ values = [] }) => values);
  const named = blockList(blocks);
  return {
    ...intention,
    domain,
    deployment,
    door,
    stranger: STRANGERS.find((address) => !named.check(address, familyOf(address))) ?? STRANGER,
    insiders: blocks.flatMap((block) => {
      const cidr = parseCidr(block);
      return cidr ? [formatAddress({ family: cidr.family, value: cidr.network })] : [];
    }),
  };
}

/** What becomes of a request at the door. */
export function visit({ door, domain }: Case, target: string, sourceIp: string, method = 'GET'): Passage {
  return pass(door!, { scheme: 'https', method, host: domain ?? '', target, sourceIp, headers: [] });
}

/** The process that a request reaches, once its user has signed in where that is asked; undefined where it reaches none. */
export function reached(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case 'arrives':
      return outcome.target.process;
    case 'sign-in':
      return reached(outcome.then);
    default:
      return undefined;
  }
}

/** Some of a list, and how many more there are. */
export function some(items: readonly string[], most = 4): string {
  const more = items.length - most;
  return more > 0 ? `${items.slice(0, most).join(', ')} and ${more} more` : items.join(', ');
}
