import { Token } from 'aws-cdk-lib/core';
import { ISubnet, IVpc, SelectedSubnets, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { invalidValue } from './errors';

/**
 * The CIDR block of the dummy subnets that `Vpc.fromLookup` returns before its lookup. Synthesis runs once with them, and
 * must not fail, or the lookup never runs (aws-cdk-lib/aws-ec2/lib/vpc.ts, DUMMY_VPC_PROPS).
 */
const LOOKUP_PENDING_CIDR = '1.2.3.4/5';

/** The tier of a subnet in its VPC: public with a route to an internet gateway, private with NAT or the like, isolated without a default route. */
export type SubnetTier = 'public' | 'private' | 'isolated';

/** The use of a subnet selection. */
export interface SubnetUse {
  /** The name of the prop with the selection. */
  readonly prop: string;
  /** The facts that must be known at synthesis: the zones of the subnets, or also their number; default: none. */
  readonly known?: 'zones' | 'number';
  /** Returns the subnets of a VPC if none are selected. Throws if the VPC has none. */
  readonly byDefault: (vpc: IVpc) => ISubnet[];
}

/**
 * Selects subnets of a VPC; never none. It is the only function of the library that does: a VPC whose lookup is pending has dummy subnets, some
 * selections find none of them, and a synthesis that fails then never reaches the lookup.
 *
 * @param vpc the VPC
 * @param selection the selection; undefined for the default
 * @param use the use of the subnets, for errors about them
 */
export function selectSubnets(vpc: IVpc, selection: SubnetSelection | undefined, use: SubnetUse): ISubnet[] {
  if (isLookupPending(vpc)) {
    // Any subnets will do until the lookup has run: the template is synthesised again.
    return [...vpc.privateSubnets];
  }
  const subnets = selection ? selected(vpc, selection, use.prop) : use.byDefault(vpc);
  if (selection && subnets.length === 0) {
    throw invalidValue(use.prop, 'must select one or more subnets of the VPC, and it selects none', selection, `the VPC has ${contentsOf(vpc)}`);
  }
  const prop = selection ? use.prop : 'vpc';
  if (use.known === 'number') {
    checkListTokens(prop, subnets, selection ? subnets : vpc);
  }
  if (use.known) {
    checkZones(prop, subnets);
  }
  return subnets;
}

function selected(vpc: IVpc, selection: SubnetSelection, prop: string): ISubnet[] {
  if (selection.subnets?.includes(undefined as unknown as ISubnet)) {
    throw invalidValue(
      prop,
      'must select subnets that the VPC has, and one of them is undefined',
      selection.subnets,
      `the VPC has ${contentsOf(vpc)}`,
    );
  }
  let found: SelectedSubnets;
  try {
    // The CDK adds its own filters to the list that it is given.
    found = vpc.selectSubnets({ ...selection, subnetFilters: selection.subnetFilters && [...selection.subnetFilters] });
  } catch (error) {
    // The CDK's message has the names that exist, but not the prop.
    throw new Error(`\`${prop}\` cannot be selected: ${error instanceof Error ? error.message : String(error)}`);
  }
  return [...found.subnets];
}

/** Refuses a list of subnets that is one token: it has one element at synthesis, and any number of them during the deployment. */
function checkListTokens(prop: string, subnets: readonly ISubnet[], value: unknown): void {
  if (subnets.some(({ subnetId }) => isListToken(subnetId))) {
    throw invalidValue(
      prop,
      'must have a number of subnets that is known at synthesis, and their list is a token',
      value,
      'import the VPC with Vpc.fromLookup(), or each of its lists with Fn.importListValue(name, number) instead of Fn.split(); select the elements of a ' +
        'list parameter one by one with Fn.select()',
    );
  }
}

function checkZones(prop: string, subnets: readonly ISubnet[]): void {
  const unknown = subnets.filter((subnet) => knownZone(subnet) === undefined);
  if (unknown.length > 0) {
    throw invalidValue(
      prop,
      'must have subnets with availability zones',
      unknown,
      'import them with Subnet.fromSubnetAttributes({ subnetId, availabilityZone }), or with their VPC',
    );
  }
}

/** Returns whether a text is the placeholder of a whole list in that list. */
export function isListToken(text: string): boolean {
  return Token.isUnresolved([text]);
}

/** Returns the availability zone of a subnet, possibly a token; undefined if the subnet was imported without it. */
function knownZone(subnet: ISubnet): string | undefined {
  try {
    return subnet.availabilityZone;
  } catch {
    // There is no other way to find out: the getter of an imported subnet throws without a zone.
    return undefined;
  }
}

/** Returns the tier of a subnet as the CDK knows it; undefined for a subnet that is not one of the VPC's. */
export function tierOf(vpc: IVpc, { subnetId }: ISubnet): SubnetTier | undefined {
  const tiers: Record<SubnetTier, readonly ISubnet[]> = { public: vpc.publicSubnets, private: vpc.privateSubnets, isolated: vpc.isolatedSubnets };
  return (Object.keys(tiers) as SubnetTier[]).find((tier) => tiers[tier].some((subnet) => subnet.subnetId === subnetId));
}

/** Returns the subnets of some tiers. None while the lookup of the VPC is pending, because its subnets are dummies. */
export function subnetsOfTier(vpc: IVpc, subnets: readonly ISubnet[], ...tiers: SubnetTier[]): ISubnet[] {
  return isLookupPending(vpc) ? [] : subnets.filter((subnet) => tiers.some((tier) => tierOf(vpc, subnet) === tier));
}

/** Returns the numbers of subnets of a VPC, for messages. */
function contentsOf({ publicSubnets, privateSubnets, isolatedSubnets }: IVpc): string {
  return `${publicSubnets.length} public, ${privateSubnets.length} private and ${isolatedSubnets.length} isolated subnets`;
}

/** Returns a subnet's IPv4 CIDR block; `unknown` if it is a token or was not imported, `lookup-pending` before a lookup. */
export function knownCidr(subnet: ISubnet): string {
  let cidr: string;
  try {
    cidr = subnet.ipv4CidrBlock;
  } catch {
    // There is no other way to find out: the getter of an imported subnet throws without a CIDR block.
    return 'unknown';
  }
  if (Token.isUnresolved(cidr)) {
    return 'unknown';
  }
  return cidr === LOOKUP_PENDING_CIDR ? 'lookup-pending' : cidr;
}

/** Returns whether a VPC is the dummy that `Vpc.fromLookup` returns before its lookup. */
export function isLookupPending(vpc: IVpc): boolean {
  return vpc.selectSubnets({ subnets: [] }).isPendingLookup === true;
}

/** Returns the number of availability zones of subnets. */
export function zonesOf(subnets: readonly ISubnet[]): number {
  return new Set(subnets.map((subnet) => subnet.availabilityZone)).size;
}

/** Returns the first subnet of each availability zone. */
export function onePerZone(subnets: readonly ISubnet[]): ISubnet[] {
  return subnets.filter((subnet, i) => subnets.findIndex((other) => other.availabilityZone === subnet.availabilityZone) === i);
}
