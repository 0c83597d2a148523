import {
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  EC2Client,
  Instance,
  InstanceTypeOffering,
  NatGateway,
  paginateDescribeInstances,
  paginateDescribeInstanceTypeOfferings,
  paginateDescribeNatGateways,
  paginateDescribeNetworkInterfaces,
  paginateDescribeSubnets,
  paginateDescribeVolumes,
  paginateDescribeVpcs,
  Subnet,
  Volume,
  _InstanceType,
} from '@aws-sdk/client-ec2';
import { DescribeTasksCommand, ECSClient, ListAccountSettingsCommand, paginateListClusters, paginateListTasks, Task } from '@aws-sdk/client-ecs';
import {
  ElasticLoadBalancingV2Client,
  LoadBalancer,
  paginateDescribeLoadBalancers,
  paginateDescribeRules,
  paginateDescribeTargetGroups,
  Rule,
  TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { chunks } from '../../../lib/internal';
import { Session } from '../../aws/session';

/** Maximum number of tasks in one `DescribeTasks` request. */
const TASKS_AT_ONCE = 100;

/** The APIs of EC2, ECS and load balancers that preflight reads: one method for each action, with all pages. It makes no changes. */
export class UsageApi {
  private readonly ec2: EC2Client;
  private readonly ecs: ECSClient;
  private readonly elb: ElasticLoadBalancingV2Client;

  public constructor(public readonly session: Session) {
    this.ec2 = session.client(EC2Client);
    this.ecs = session.client(ECSClient);
    this.elb = session.client(ElasticLoadBalancingV2Client);
  }

  /** Returns the tasks of all clusters that run or are about to. */
  public async tasks(): Promise<Task[]> {
    const clusters = await this.session.all('ecs:ListClusters', paginateListClusters({ client: this.ecs }, {}), ({ clusterArns }) => clusterArns);
    const tasks: Task[] = [];
    for (const cluster of clusters) {
      const arns = await this.session.all('ecs:ListTasks', paginateListTasks({ client: this.ecs }, { cluster }), ({ taskArns }) => taskArns);
      for (const chunk of chunks(arns, TASKS_AT_ONCE)) {
        const answer = await this.session.call('ecs:DescribeTasks', this.ecs.send(new DescribeTasksCommand({ cluster, tasks: chunk })));
        tasks.push(...(answer.tasks ?? []));
      }
    }
    return tasks;
  }

  /**
   * Returns whether ENI trunking is `enabled` or `disabled` for a principal; by default for the caller. With the account of the caller.
   *
   * @param principalArn the ARN of a role
   */
  public async trunking(principalArn?: string): Promise<{ readonly value: string; readonly account?: string }> {
    const { settings = [] } = await this.session.call(
      'ecs:ListAccountSettings',
      this.ecs.send(new ListAccountSettingsCommand({ name: 'awsvpcTrunking', effectiveSettings: true, principalArn })),
    );
    return { value: settings[0]?.value ?? 'disabled', account: settings[0]?.principalArn?.split(':')[4] };
  }

  public instances(): Promise<Instance[]> {
    return this.session.all(
      'ec2:DescribeInstances',
      paginateDescribeInstances({ client: this.ec2 }, { Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running'] }] }),
      ({ Reservations }) => Reservations?.flatMap(({ Instances = [] }) => Instances),
    );
  }

  public async addresses(): Promise<number> {
    const { Addresses = [] } = await this.session.call('ec2:DescribeAddresses', this.ec2.send(new DescribeAddressesCommand({})));
    return Addresses.length;
  }

  public async vpcs(): Promise<number> {
    return (await this.session.all('ec2:DescribeVpcs', paginateDescribeVpcs({ client: this.ec2 }, {}), ({ Vpcs }) => Vpcs)).length;
  }

  public async networkInterfaces(): Promise<number> {
    const pages = paginateDescribeNetworkInterfaces({ client: this.ec2, pageSize: 1000 }, {});
    return (await this.session.all('ec2:DescribeNetworkInterfaces', pages, ({ NetworkInterfaces }) => NetworkInterfaces)).length;
  }

  public natGateways(): Promise<NatGateway[]> {
    return this.session.all(
      'ec2:DescribeNatGateways',
      paginateDescribeNatGateways({ client: this.ec2 }, { Filter: [{ Name: 'state', Values: ['pending', 'available', 'deleting'] }] }),
      ({ NatGateways }) => NatGateways,
    );
  }

  public subnets(ids: readonly string[]): Promise<Subnet[]> {
    return this.session.all('ec2:DescribeSubnets', paginateDescribeSubnets({ client: this.ec2 }, { SubnetIds: [...ids] }), ({ Subnets }) => Subnets);
  }

  public volumes(tag: string, values: readonly string[]): Promise<Volume[]> {
    return this.session.all(
      'ec2:DescribeVolumes',
      paginateDescribeVolumes({ client: this.ec2 }, { Filters: [{ Name: `tag:${tag}`, Values: [...values] }] }),
      ({ Volumes }) => Volumes,
    );
  }

  /** Returns the names of the zones that the account can use. */
  public async zones(): Promise<string[]> {
    const filter = [
      { Name: 'state', Values: ['available'] },
      { Name: 'zone-type', Values: ['availability-zone'] },
    ];
    const { AvailabilityZones = [] } = await this.session.call(
      'ec2:DescribeAvailabilityZones',
      this.ec2.send(new DescribeAvailabilityZonesCommand({ Filters: filter })),
    );
    return AvailabilityZones.flatMap(({ ZoneName }) => ZoneName ?? []).sort();
  }

  public offerings(types: readonly string[]): Promise<InstanceTypeOffering[]> {
    return this.session.all(
      'ec2:DescribeInstanceTypeOfferings',
      paginateDescribeInstanceTypeOfferings(
        { client: this.ec2 },
        { LocationType: 'availability-zone', Filters: [{ Name: 'instance-type', Values: types as _InstanceType[] }] },
      ),
      ({ InstanceTypeOfferings }) => InstanceTypeOfferings,
    );
  }

  public loadBalancers(names?: readonly string[]): Promise<LoadBalancer[]> {
    return this.session.all(
      'elasticloadbalancing:DescribeLoadBalancers',
      paginateDescribeLoadBalancers({ client: this.elb }, names ? { Names: [...names] } : {}),
      ({ LoadBalancers }) => LoadBalancers,
    );
  }

  public targetGroups(names?: readonly string[]): Promise<TargetGroup[]> {
    return this.session.all(
      'elasticloadbalancing:DescribeTargetGroups',
      paginateDescribeTargetGroups({ client: this.elb }, names ? { Names: [...names] } : {}),
      ({ TargetGroups }) => TargetGroups,
    );
  }

  public rules(listener: string): Promise<Rule[]> {
    return this.session.all(
      'elasticloadbalancing:DescribeRules',
      paginateDescribeRules({ client: this.elb }, { ListenerArn: listener }),
      ({ Rules }) => Rules,
    );
  }
}
