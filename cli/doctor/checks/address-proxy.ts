import { CheckContext, some } from '../check-context';
import { Loaded, isUnavailable, Service, Subnet } from '../deployment';
import { CheckResult, pass, unknown, fail } from '../check-result';
import { containersOf, processOf } from '../processes';
import { tooLarge } from '../subnet-size';
import { verifyingProxy } from '../../verifying-proxy';
import { assignableAddresses, CLIENT_ADDRESS_CONTAINER, formatAddress, formatCidr, parseCidr } from '../../../lib/internal';
import { blockList, familyOf } from '../../alb/addresses';

/** Whether the nginx that verifies visitors' addresses, where there is one, believes the load balancer and gets its requests. */
export function checkAddressProxy({ deployment: { services, subnets } }: CheckContext): CheckResult[] {
  // What cannot be asked is said where services are judged.
  const proxied = isUnavailable(services) ? [] : services.filter((service) => containersOf(service).some(({ name }) => name === CLIENT_ADDRESS_CONTAINER));
  return proxied.flatMap((service) => [...judgeTargets(service), judgeTrust(service, subnets)]);
}

function judgeTargets(service: Service): CheckResult[] {
  const past = service.targets.filter(({ container }) => container !== CLIENT_ADDRESS_CONTAINER);
  return past.length === 0 ? [] : [fail(`${processOf(service)}: the load balancer sends requests to ${past[0].container}, past the ${CLIENT_ADDRESS_CONTAINER} container that verifies addresses`,
    `let the target group's service register the container ${CLIENT_ADDRESS_CONTAINER}: deploy the stack again`)];
}

function judgeTrust(service: Service, subnets: Loaded<readonly Subnet[]>): CheckResult {
  const called = `${processOf(service)}: its ${CLIENT_ADDRESS_CONTAINER}`;
  const { trusted: believed } = verifyingProxy(containersOf(service).find(({ name }) => name === CLIENT_ADDRESS_CONTAINER)?.environment ?? {});
  if (believed === undefined) {
    return unknown(`whom ${called} believes`, { unavailable: 'it has no NGINX_CONF in clear text' });
  }
  if (isUnavailable(subnets)) {
    return unknown(`whom ${called} must believe`, subnets);
  }
  const missing = subnets.filter((subnet) => !believes(believed, subnet));
  if (missing.length > 0) {
    return fail(`${called} does not believe ${some(missing.map(({ id, cidr }) => `${id} (${cidr})`))}, where the load balancer stands`,
      'deploy the stack again, so that the blocks of the load balancer\'s subnets are named');
  }
  const others = believed.filter((block) => !subnets.some((subnet) => within(block, subnet)));
  return pass(`${called} believes the load balancer's subnets${others.length > 0 ? `; also trusts ${some(others)}` : ''}`);
}

/** Whether blocks hold every address that the load balancer can have in a subnet. */
function believes(blocks: readonly string[], subnet: Subnet): boolean {
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
  return block !== undefined && subnet !== undefined && block.family === subnet.family && block.prefix >= subnet.prefix
    && formatCidr(parseCidr(`${formatAddress({ family: block.family, value: block.network })}/${subnet.prefix}`)!) === formatCidr(subnet);
}
