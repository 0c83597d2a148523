import { IngressModel } from './ingress-model';
import { Arrival, Outcome, trace, RequestTrace } from './request-trace';
import { PUBLIC_CLIENT } from './endpoint-samples';
import { ListenerRule } from './alb/evaluate';
import { blockList, familyOf } from './alb/addresses';
import { formatAddress, formatCidr, parseCidr } from '../lib/internal';

/** Addresses from which a door is tried. */
export interface ProbeAddresses {
  /** An address that no rule names. */
  readonly stranger: string;
  /** An address of each block that a rule names. */
  readonly insiders: readonly string[];
}

/** What it takes to try a door. */
export interface ProbeContext extends ProbeAddresses {
  /** The way in; undefined where no listener ends TLS, and then there is nothing to try. */
  readonly door?: IngressModel;
  /** The name that visitors use. */
  readonly domain?: string;
}

/** Addresses for examples and one for tests of network gear: nobody has them, but a rule may name their blocks. */
const PUBLIC_CLIENTS = [PUBLIC_CLIENT, '198.51.100.1', '203.0.113.1', '198.18.0.1', '2001:db8::1'];

/** Who visits a door with these rules. Blocks that are known at deployment only have no visitor. */
export function probeAddressesOf(rules: readonly ListenerRule<unknown>[]): ProbeAddresses {
  const blocks = rules.flatMap(({ conditions }) => conditions).filter(({ field }) => field === 'source-ip').flatMap(({ values = [] }) => values).flatMap((block) => parseCidr(block) ?? []);
  const named = blockList(blocks.map(formatCidr));
  return {
    stranger: PUBLIC_CLIENTS.find((address) => !named.check(address, familyOf(address))) ?? PUBLIC_CLIENT,
    insiders: blocks.map(({ family, network }) => formatAddress({ family, value: network })),
  };
}

/** What becomes of a request at the door. */
export function probe({ door, domain }: Pick<ProbeContext, 'door' | 'domain'>, target: string, sourceIp: string, method = 'GET'): RequestTrace {
  return trace(door!, { scheme: 'https', method, host: domain ?? '', target, sourceIp, headers: [] });
}

/** The process that a request reaches, once its user has signed in where that is asked; undefined where it reaches none. */
export function reached(outcome: Outcome): string | undefined {
  return arrivalIn(outcome)?.target.process;
}

/** How a request reaches a process, once its user has signed in where that is asked; undefined where it reaches none. */
export function arrivalIn(outcome: Outcome): Arrival | undefined {
  switch (outcome.kind) {
    case 'arrives':
      return outcome;
    case 'sign-in':
      return arrivalIn(outcome.then);
    default:
      return undefined;
  }
}
