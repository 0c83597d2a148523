import {
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  Route,
  Subnet,
} from '@aws-sdk/client-ec2';
import { loadBalancerOf } from './listeners';
import { servicesOf } from './services';
import { World } from './world';

/** The subnets that the load balancer is in. */
export async function loadBalancerSubnets(world: World): Promise<Subnet[]> {
  const { AvailabilityZones: zones = [] } = await loadBalancerOf(world);
  const { Subnets: subnets = [] } = await world.ec2.send(new DescribeSubnetsCommand({ SubnetIds: zones.map(({ SubnetId }) => SubnetId!) }));
  return subnets;
}

/** The subnets of other resources. */
export async function otherSubnetIds(world: World): Promise<string[]> {
  const services = await servicesOf(world);
  const { NatGateways: gateways = [] } = await world.ec2.send(new DescribeNatGatewaysCommand());
  const { VpcEndpoints: endpoints = [] } = await world.ec2.send(new DescribeVpcEndpointsCommand());
  return [
    ...services.flatMap(({ deployments = [] }) =>
      deployments.flatMap(({ networkConfiguration }) => networkConfiguration?.awsvpcConfiguration?.subnets ?? []),
    ),
    ...gateways.map(({ SubnetId }) => SubnetId!),
    ...endpoints.flatMap(({ SubnetIds = [] }) => SubnetIds),
  ];
}

/** Where a subnet sends what is not for the VPC. */
export async function defaultRoute(world: World, subnetId: string): Promise<Route | undefined> {
  const filters = [{ Name: 'association.subnet-id', Values: [subnetId] }];
  const { RouteTables: tables = [] } = await world.ec2.send(new DescribeRouteTablesCommand({ Filters: filters }));
  return tables.flatMap(({ Routes = [] }) => Routes).find(({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0');
}

/** The addresses that AWS can give away in a subnet: all but its first four and its last. Written without the library's own arithmetic. */
export function addressesIn(cidrBlock: string): string[] {
  const [network, prefix] = cidrBlock.split('/');
  const first = network.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - Number(prefix));
  const numbers = Array.from({ length: size }, (_, i) => first + i).slice(4, -1);
  return numbers.map((number) => [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(number / unit) % 256).join('.'));
}
