import { CheckContext, some } from '../check-context';
import { isUnavailable, Subnet } from '../deployment';
import { CheckResult, pass, unknown, fail } from '../check-result';
import { Django, djangoOf, isTrue, verifiesAddresses } from '../processes';
import { tooLarge } from '../subnet-size';
import { assignableAddresses } from '../../../lib/internal';

const NAME = 'TRUSTED_PROXIES';
const EVERYBODY = 'TRUST_ALL_PROXIES';

/** What the nginx that verifies addresses is for the process beside it. */
const BESIDE = '127.0.0.1';

const DEPLOY = 'deploy the stack again, so that the addresses of its subnets are named (`trustedProxies` left out)';

/** Whether Django believes the load balancer, wherever that stands now, and nobody else. */
export function checkTrustedProxies({ deployment }: CheckContext): CheckResult[] {
  const django = djangoOf(deployment);
  if (isUnavailable(django)) {
    return [unknown(`${NAME} of the running tasks`, django)];
  }
  const { subnets } = deployment;
  if (isUnavailable(subnets)) {
    return [unknown(`which addresses ${NAME} must hold`, subnets), ...django.flatMap(judgeEverybody)];
  }
  const beside = verifiesAddresses(deployment);
  return django.flatMap((one) => {
    const everybody = judgeEverybody(one);
    // Where everybody is believed, it does not matter who else is.
    return isTrue(one.container.environment[EVERYBODY]) ? everybody : [...everybody, beside ? judgeBeside(one) : judgeList(one, subnets)];
  });
}

function judgeEverybody({ label, container }: Django): CheckResult[] {
  const value = container.environment[EVERYBODY];
  if (value === undefined) {
    return container.secrets.includes(EVERYBODY) ? [unknown(`${label}: ${EVERYBODY}`, { unavailable: 'it comes from a secret' })] : [];
  }
  return [fail(isTrue(value) ? `${label}: ${EVERYBODY}=${value}, so every visitor chooses the address that PostHog sees`
    : `${label}: ${EVERYBODY}=${value}, which versions before July 2026 read as true, like any text`,
  `remove ${EVERYBODY} altogether; ${NAME} says whom to believe`)];
}

function judgeBeside({ label, container: { environment } }: Django): CheckResult {
  const value = environment[NAME];
  return value === BESIDE ? pass(`${label}: ${NAME} is the nginx beside it, ${BESIDE}`)
    : fail(`${label}: ${NAME} is ${value === undefined ? 'not set' : some(entriesOf(value), 2)}, and requests come from the nginx beside it`, `set ${NAME}=${BESIDE}`);
}

function judgeList({ label, container }: Django, subnets: readonly Subnet[]): CheckResult {
  const value = container.environment[NAME];
  if (value === undefined) {
    return container.secrets.includes(NAME) || container.hasEnvironmentFiles ? unknown(`${label}: ${NAME}`, { unavailable: 'it comes from a secret or a file' })
      : fail(`${label}: ${NAME} is not set, so PostHog's IP filters refuse everybody`, DEPLOY);
  }
  const listed = entriesOf(value);
  const blocks = listed.filter((entry) => entry.includes('/'));
  if (blocks.length > 0) {
    return fail(`${label}: ${NAME} holds ${some(blocks)}, and PostHog compares text: a CIDR block is no address`, DEPLOY);
  }
  const large = subnets.filter(tooLarge);
  if (large.length > 0) {
    return fail(`${label}: the load balancer stands in ${some(large.map(name))}, which has more addresses than ${NAME} can hold`,
      'give the load balancer small subnets of its own (/27) with `loadBalancerSubnets`');
  }
  const needed = subnets.map((subnet) => ({ subnet, addresses: subnet.cidr === undefined ? [] : assignableAddresses([subnet.cidr]) }));
  const missing = needed.map(({ subnet, addresses }) => ({ subnet, addresses: addresses.filter((address) => !listed.includes(address)) }))
    .filter(({ addresses }) => addresses.length > 0);
  const known = new Set(needed.flatMap(({ addresses }) => addresses));
  const extra = listed.filter((address) => !known.has(address));
  const faults = [
    ...missing.map(({ subnet, addresses }) => `misses ${count(addresses)} of ${name(subnet)}: ${some(addresses, 2)}`),
    ...(extra.length > 0 ? [`holds ${count(extra)} that the load balancer cannot have: ${some(extra, 2)}`] : []),
  ];
  return faults.length === 0 ? pass(`${label}: ${NAME} holds all ${known.size} addresses that the load balancer can have, and no other`)
    : fail(`${label}: ${NAME} ${faults.join('; it ')}`, missing.length > 0 ? `${DEPLOY}; until then, requests through those addresses are refused by PostHog's IP filters` : DEPLOY);
}

function entriesOf(value: string): string[] {
  return value.split(',').map((entry) => entry.trim()).filter(Boolean);
}

function count(addresses: readonly string[]): string {
  return `${addresses.length} ${addresses.length === 1 ? 'address' : 'addresses'}`;
}

function name({ id, cidr }: Subnet): string {
  return `${id} (${cidr ?? 'no IPv4 block'})`;
}
