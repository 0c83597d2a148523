import { CheckContext, CheckResult, fail, pass, some, unknown } from '../../check';
import { Subnet, tooLarge } from '../../deployment/deployment';
import { isUnavailable } from '../../../aws/loaded';
import { Django, djangoOf, verifiesAddresses } from '../../deployment/processes';
import { isTrue } from '../../../client-ip/client-ip';
import { assignableAddresses } from '../../../../lib/internal';

const NAME = 'TRUSTED_PROXIES';
const TRUST_ALL = 'TRUST_ALL_PROXIES';

/** The address from which the nginx sidecar connects to its process. */
const SIDECAR = '127.0.0.1';

const DEPLOY = 'redeploy the stack without `trustedProxies`, which lists the addresses of its subnets';

/** Checks that Django trusts the current addresses of the load balancer, and no others. */
export function checkTrustedProxies({ deployment }: CheckContext): CheckResult[] {
  const django = djangoOf(deployment);
  if (isUnavailable(django)) {
    return [unknown(`${NAME} of the running tasks`, django)];
  }
  const { subnets, otherSubnets = [] } = deployment;
  const refused = [subnets, otherSubnets].find(isUnavailable);
  if (isUnavailable(subnets) || isUnavailable(otherSubnets)) {
    return [unknown(`the addresses that ${NAME} must have`, refused!), ...django.flatMap(checkTrustAll)];
  }
  const hasSidecar = verifiesAddresses(deployment);
  return django.flatMap((one) => {
    const trustAll = checkTrustAll(one);
    // If all proxies are trusted, the list does not matter.
    return isTrue(one.container.environment[TRUST_ALL])
      ? trustAll
      : [...trustAll, hasSidecar ? checkSidecar(one) : checkAddresses(one, subnets, otherSubnets)];
  });
}

function checkTrustAll({ label, container }: Django): CheckResult[] {
  const value = container.environment[TRUST_ALL];
  if (value === undefined) {
    return container.secrets.includes(TRUST_ALL) ? [unknown(`${label}: ${TRUST_ALL}`, { unavailable: 'it comes from a secret' })] : [];
  }
  return [
    fail(
      isTrue(value)
        ? `${label}: ${TRUST_ALL}=${value}, so every client can choose the IP that PostHog sees`
        : `${label}: ${TRUST_ALL}=${value}, which versions before July 2026 read as true, as any string`,
      `remove ${TRUST_ALL}; ${NAME} lists the trusted proxies`,
    ),
  ];
}

function checkSidecar({ label, container: { environment } }: Django): CheckResult {
  const value = environment[NAME];
  return value === SIDECAR
    ? pass(`${label}: ${NAME} is its nginx sidecar, ${SIDECAR}`)
    : fail(
        `${label}: ${NAME} is ${value === undefined ? 'not set' : some(entriesOf(value), 2)}, but requests come from its nginx sidecar`,
        `set ${NAME}=${SIDECAR}`,
      );
}

function checkAddresses({ label, container }: Django, subnets: readonly Subnet[], others: readonly Subnet[]): CheckResult {
  const value = container.environment[NAME];
  if (value === undefined) {
    return container.secrets.includes(NAME) || container.hasEnvironmentFiles
      ? unknown(`${label}: ${NAME}`, { unavailable: 'it comes from a secret or a file' })
      : fail(`${label}: ${NAME} is not set, so PostHog's IP filters refuse all requests`, DEPLOY);
  }
  const listed = entriesOf(value);
  const blocks = listed.filter((entry) => entry.includes('/'));
  if (blocks.length > 0) {
    return fail(`${label}: ${NAME} has ${some(blocks)}, but PostHog compares strings and does not support CIDR blocks`, DEPLOY);
  }
  const large = subnets.filter(tooLarge);
  if (large.length > 0) {
    return fail(
      `${label}: the load balancer is in ${some(large.map(name))}, which has more addresses than ${NAME} can list`,
      'use small subnets (/27) for the load balancer: `loadBalancerSubnets`',
    );
  }
  const needed = subnets.map((subnet) => ({ subnet, addresses: subnet.cidr === undefined ? [] : assignableAddresses([subnet.cidr]) }));
  const missing = needed
    .map(({ subnet, addresses }) => ({ subnet, addresses: addresses.filter((address) => !listed.includes(address)) }))
    .filter(({ addresses }) => addresses.length > 0);
  const known = new Set(needed.flatMap(({ addresses }) => addresses));
  // Those of another load balancer in front of the app are trusted, too.
  const elsewhere = new Set(
    others.filter((subnet) => !tooLarge(subnet)).flatMap(({ cidr }) => (cidr === undefined ? [] : assignableAddresses([cidr]))),
  );
  const extra = listed.filter((address) => !known.has(address) && !elsewhere.has(address));
  const faults = [
    ...missing.map(({ subnet, addresses }) => `lacks ${count(addresses)} of ${name(subnet)}: ${some(addresses, 2)}`),
    ...(extra.length > 0 ? [`has ${count(extra)} that the load balancer cannot have: ${some(extra, 2)}`] : []),
  ];
  return faults.length === 0
    ? pass(
        `${label}: ${NAME} has all ${known.size} addresses that the load balancer can have, and no others${elsewhere.size > 0 ? ' but those of another load balancer in front of it' : ''}`,
      )
    : fail(
        `${label}: ${NAME} ${faults.join('; it ')}`,
        missing.length > 0 ? `${DEPLOY}; until then, requests through those addresses are refused by PostHog's IP filters` : DEPLOY,
      );
}

function entriesOf(value: string): string[] {
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
}

function count(addresses: readonly string[]): string {
  return `${addresses.length} ${addresses.length === 1 ? 'address' : 'addresses'}`;
}

function name({ id, cidr }: Subnet): string {
  return `${id} (${cidr ?? 'no IPv4 block'})`;
}
