import { CheckContext, CheckResult, fail, pass, some, unknown } from '../../check';
import { Service, Subnet, tooLarge } from '../../deployment/deployment';
import { isUnavailable, Loaded } from '../../../aws/loaded';
import { containersOf, processOf } from '../../deployment/processes';
import { verifyingProxy } from '../../../client-ip/verified-headers';
import { assignableAddresses, CLIENT_ADDRESS_CONTAINER, formatAddress, formatCidr, parseCidr } from '../../../../lib/internal';
import { blockList, familyOf } from '../../../alb/addresses';

/** Checks that the nginx sidecar that verifies client IPs, if there is one, trusts the load balancer and receives its requests. */
export function checkAddressProxy({ deployment: { services, subnets } }: CheckContext): CheckResult[] {
  // Services that could not be loaded are reported by the check of services.
  const proxied = isUnavailable(services)
    ? []
    : services.filter((service) => containersOf(service).some(({ name }) => name === CLIENT_ADDRESS_CONTAINER));
  return proxied.flatMap((service) => [...checkTargets(service), checkTrust(service, subnets)]);
}

function checkTargets(service: Service): CheckResult[] {
  const past = service.targets.filter(({ container }) => container !== CLIENT_ADDRESS_CONTAINER);
  return past.length === 0
    ? []
    : [
        fail(
          `${processOf(service)}: the load balancer sends requests to ${past[0].container} and bypasses the ${CLIENT_ADDRESS_CONTAINER} container, which verifies client IPs`,
          `register the container ${CLIENT_ADDRESS_CONTAINER} with the target group: redeploy the stack`,
        ),
      ];
}

function checkTrust(service: Service, subnets: Loaded<readonly Subnet[]>): CheckResult {
  const called = `${processOf(service)}: its ${CLIENT_ADDRESS_CONTAINER}`;
  const { trusted } = verifyingProxy(containersOf(service).find(({ name }) => name === CLIENT_ADDRESS_CONTAINER)?.environment ?? {});
  if (trusted === undefined) {
    return unknown(`the proxies that ${called} trusts`, { unavailable: 'it has no NGINX_CONF in clear text' });
  }
  if (isUnavailable(subnets)) {
    return unknown(`the proxies that ${called} must trust`, subnets);
  }
  const missing = subnets.filter((subnet) => !trusts(trusted, subnet));
  if (missing.length > 0) {
    return fail(
      `${called} does not trust ${some(missing.map(({ id, cidr }) => `${id} (${cidr})`))}, a subnet of the load balancer`,
      "redeploy the stack, which updates the CIDR blocks of the load balancer's subnets",
    );
  }
  const others = trusted.filter((block) => !subnets.some((subnet) => within(block, subnet)));
  return pass(`${called} trusts the load balancer's subnets${others.length > 0 ? `; also trusts ${some(others)}` : ''}`);
}

/** Returns whether blocks cover every address that the load balancer can have in a subnet. */
function trusts(blocks: readonly string[], subnet: Subnet): boolean {
  if (subnet.cidr === undefined) {
    return true;
  }
  if (tooLarge(subnet)) {
    return blocks.includes(subnet.cidr);
  }
  const list = blockList(blocks);
  return assignableAddresses([subnet.cidr]).every((address) => list.check(address));
}

function within(text: string, { cidr }: Subnet): boolean {
  const block = parseCidr(text.includes('/') ? text : `${text}/${familyOf(text) === 'ipv6' ? 128 : 32}`);
  const subnet = parseCidr(cidr ?? '');
  return (
    block !== undefined &&
    subnet !== undefined &&
    block.family === subnet.family &&
    block.prefix >= subnet.prefix &&
    formatCidr(parseCidr(`${formatAddress({ family: block.family, value: block.network })}/${subnet.prefix}`)!) === formatCidr(subnet)
  );
}
