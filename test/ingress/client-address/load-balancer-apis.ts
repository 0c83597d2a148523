import { Api } from '../../helpers/custom-resource';

export const LOAD_BALANCER = 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/our/0123456789abcdef';

/** The CIDR block of each subnet of the load balancer, by the subnet's id; undefined for a subnet without IPv4. */
export type Subnets = Readonly<Record<string, string | undefined>>;

/** Stub of ELBv2 and EC2 in an account with one load balancer. */
export function loadBalancerIn(subnets: Subnets): Api {
  return ({ action, parameters }) => {
    switch (action) {
      case 'DescribeLoadBalancers':
        return parameters['LoadBalancerArns.member.1'] === LOAD_BALANCER ? ok(loadBalancers(Object.keys(subnets))) : NOT_FOUND;
      case 'DescribeSubnets':
        return ok(describedSubnets(idsIn(parameters).map((id): [string, string | undefined] => [id, subnets[id]])));
      default:
        throw new Error(`the function has no permission for ${action}`);
    }
  };
}

/** An error of ELBv2. */
export function elbError(status: number, code: string, message: string): ReturnType<Api> {
  return {
    status,
    body:
      `<ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>` +
      '<RequestId>11111111-2222-3333-4444-555555555555</RequestId></ErrorResponse>',
  };
}

/** An error of EC2. */
export function ec2Error(status: number, code: string, message: string): ReturnType<Api> {
  return {
    status,
    body:
      `<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors>` +
      '<RequestID>11111111-2222-3333-4444-555555555555</RequestID></Response>',
  };
}

export const NOT_FOUND = elbError(400, 'LoadBalancerNotFound', 'One or more load balancers not found');

function ok(body: string): ReturnType<Api> {
  return { status: 200, body };
}

function idsIn(parameters: Record<string, string>): string[] {
  return Object.entries(parameters)
    .filter(([name]) => /^SubnetId\.\d+$/.test(name))
    .map(([, id]) => id);
}

function loadBalancers(subnetIds: string[]): string {
  const zones = subnetIds.map(
    (id, i) => `<member><ZoneName>eu-central-1${'abcdef'[i]}</ZoneName><SubnetId>${id}</SubnetId><LoadBalancerAddresses/></member>`,
  );
  return (
    '<DescribeLoadBalancersResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><DescribeLoadBalancersResult><LoadBalancers><member>' +
    `<LoadBalancerArn>${LOAD_BALANCER}</LoadBalancerArn><Type>application</Type><AvailabilityZones>${zones.join('')}</AvailabilityZones>` +
    '</member></LoadBalancers></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>'
  );
}

function describedSubnets(subnets: [id: string, cidr: string | undefined][]): string {
  const items = subnets.map(([id, cidr]) => `<item><subnetId>${id}</subnetId>${cidr === undefined ? '' : `<cidrBlock>${cidr}</cidrBlock>`}</item>`);
  return `<DescribeSubnetsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><subnetSet>${items.join('')}</subnetSet></DescribeSubnetsResponse>`;
}
