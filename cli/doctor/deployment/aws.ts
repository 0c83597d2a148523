import { ACMClient, CertificateDetail, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { CloudFormationClient, GetTemplateCommand, paginateListStackResources, StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, CompositeAlarm, DescribeAlarmsCommand, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import {
  EC2Client,
  Instance,
  LaunchTemplate,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplates,
  paginateDescribeSubnets,
  paginateDescribeVolumes,
  Subnet,
  Volume,
} from '@aws-sdk/client-ec2';
import {
  CapacityProvider,
  ContainerInstance,
  DescribeCapacityProvidersCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  paginateListClusters,
  paginateListContainerInstances,
  paginateListServices,
  Service,
  TaskDefinition,
} from '@aws-sdk/client-ecs';
import {
  Certificate,
  DescribeListenerAttributesCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  Listener,
  LoadBalancer,
  paginateDescribeListenerCertificates,
  paginateDescribeListeners,
  paginateDescribeLoadBalancers,
  paginateDescribeRules,
  paginateDescribeTargetGroups,
  Rule,
  TargetGroup,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { Session } from '../../aws/session';
import { chunks } from '../../../lib/internal';

/** Every AWS action that the doctor calls, as in a policy. docs/command-line.md lists the same. */
export const ACTIONS = [
  'acm:DescribeCertificate',
  'cloudformation:GetTemplate',
  'cloudformation:ListStackResources',
  'cloudwatch:DescribeAlarms',
  'ec2:DescribeInstances',
  'ec2:DescribeLaunchTemplates',
  'ec2:DescribeSubnets',
  'ec2:DescribeVolumes',
  'ecs:DescribeCapacityProviders',
  'ecs:DescribeContainerInstances',
  'ecs:DescribeServices',
  'ecs:DescribeTaskDefinition',
  'ecs:ListClusters',
  'ecs:ListContainerInstances',
  'ecs:ListServices',
  'elasticloadbalancing:DescribeListenerAttributes',
  'elasticloadbalancing:DescribeListenerCertificates',
  'elasticloadbalancing:DescribeListeners',
  'elasticloadbalancing:DescribeLoadBalancerAttributes',
  'elasticloadbalancing:DescribeLoadBalancers',
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:DescribeTargetGroups',
  'elasticloadbalancing:DescribeTargetHealth',
] as const;

type Action = (typeof ACTIONS)[number];

/** Maximum number of services in one `DescribeServices` request. */
const SERVICES_AT_ONCE = 10;

/** Maximum number of instances in one `DescribeContainerInstances` request. */
const CONTAINER_INSTANCES_AT_ONCE = 100;

/** Maximum number of alarms in one `DescribeAlarms` request. */
const ALARMS_AT_ONCE = 100;

/** The AWS APIs that the doctor reads: one method for each action, with all pages. */
export class Aws {
  /**
   * Resolves the region and creates the clients.
   *
   * @param region the region; default: that of the environment or the profile
   */
  public static async in(region?: string): Promise<Aws> {
    return new Aws(await Session.in(region));
  }

  private readonly acm: ACMClient;
  private readonly cloudFormation: CloudFormationClient;
  private readonly cloudWatch: CloudWatchClient;
  private readonly ec2: EC2Client;
  private readonly ecs: ECSClient;
  private readonly elb: ElasticLoadBalancingV2Client;

  private constructor(private readonly session: Session) {
    this.acm = session.client(ACMClient);
    this.cloudFormation = session.client(CloudFormationClient);
    this.cloudWatch = session.client(CloudWatchClient);
    this.ec2 = session.client(EC2Client);
    this.ecs = session.client(ECSClient);
    this.elb = session.client(ElasticLoadBalancingV2Client);
  }

  public get region(): string {
    return this.session.region;
  }

  public async stackResources(stack: string): Promise<StackResourceSummary[]> {
    return this.all(
      'cloudformation:ListStackResources',
      paginateListStackResources({ client: this.cloudFormation }, { StackName: stack }),
      ({ StackResourceSummaries }) => StackResourceSummaries,
    );
  }

  public async loadBalancers(which: { Names: string[] } | { LoadBalancerArns: string[] }): Promise<LoadBalancer[]> {
    return this.all(
      'elasticloadbalancing:DescribeLoadBalancers',
      paginateDescribeLoadBalancers({ client: this.elb }, which),
      ({ LoadBalancers }) => LoadBalancers,
    );
  }

  public async loadBalancerAttributes(arn: string): Promise<Record<string, string>> {
    const { Attributes } = await this.call(
      'elasticloadbalancing:DescribeLoadBalancerAttributes',
      this.elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn })),
    );
    return byKey(Attributes);
  }

  public async listeners(loadBalancer: string): Promise<Listener[]> {
    return this.all(
      'elasticloadbalancing:DescribeListeners',
      paginateDescribeListeners({ client: this.elb }, { LoadBalancerArn: loadBalancer }),
      ({ Listeners }) => Listeners,
    );
  }

  public async listenerAttributes(arn: string): Promise<Record<string, string>> {
    const { Attributes } = await this.call(
      'elasticloadbalancing:DescribeListenerAttributes',
      this.elb.send(new DescribeListenerAttributesCommand({ ListenerArn: arn })),
    );
    return byKey(Attributes);
  }

  public async listenerCertificates(listener: string): Promise<Certificate[]> {
    return this.all(
      'elasticloadbalancing:DescribeListenerCertificates',
      paginateDescribeListenerCertificates({ client: this.elb }, { ListenerArn: listener }),
      ({ Certificates }) => Certificates,
    );
  }

  public async rules(listener: string): Promise<Rule[]> {
    return this.all(
      'elasticloadbalancing:DescribeRules',
      paginateDescribeRules({ client: this.elb }, { ListenerArn: listener }),
      ({ Rules }) => Rules,
    );
  }

  /** Returns the target groups of a load balancer, or those with some ARNs. */
  public async targetGroups(which: string | readonly string[]): Promise<TargetGroup[]> {
    return this.all(
      'elasticloadbalancing:DescribeTargetGroups',
      paginateDescribeTargetGroups({ client: this.elb }, typeof which === 'string' ? { LoadBalancerArn: which } : { TargetGroupArns: [...which] }),
      ({ TargetGroups }) => TargetGroups,
    );
  }

  public async targetHealth(targetGroup: string): Promise<TargetHealthDescription[]> {
    const answer = await this.call(
      'elasticloadbalancing:DescribeTargetHealth',
      this.elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroup })),
    );
    return answer.TargetHealthDescriptions ?? [];
  }

  public async subnets(ids: readonly string[]): Promise<Subnet[]> {
    return this.all('ec2:DescribeSubnets', paginateDescribeSubnets({ client: this.ec2 }, { SubnetIds: [...ids] }), ({ Subnets }) => Subnets);
  }

  public async volumesWithTag(tag: string): Promise<Volume[]> {
    const filter = [{ Name: 'tag-key', Values: [tag] }];
    return this.all('ec2:DescribeVolumes', paginateDescribeVolumes({ client: this.ec2 }, { Filters: filter }), ({ Volumes }) => Volumes);
  }

  /** Returns the instances of Auto Scaling groups that run or are about to. */
  public async instancesOfGroups(groups: readonly string[]): Promise<Instance[]> {
    const filters = [
      { Name: 'tag:aws:autoscaling:groupName', Values: [...groups] },
      { Name: 'instance-state-name', Values: ['pending', 'running'] },
    ];
    return this.all('ec2:DescribeInstances', paginateDescribeInstances({ client: this.ec2 }, { Filters: filters }), ({ Reservations }) =>
      Reservations?.flatMap(({ Instances = [] }) => Instances),
    );
  }

  public async launchTemplates(ids: readonly string[]): Promise<LaunchTemplate[]> {
    return this.all(
      'ec2:DescribeLaunchTemplates',
      paginateDescribeLaunchTemplates({ client: this.ec2 }, { LaunchTemplateIds: [...ids] }),
      ({ LaunchTemplates }) => LaunchTemplates,
    );
  }

  public async capacityProviders(names: readonly string[]): Promise<CapacityProvider[]> {
    const { capacityProviders = [] } = await this.call(
      'ecs:DescribeCapacityProviders',
      this.ecs.send(new DescribeCapacityProvidersCommand({ capacityProviders: [...names] })),
    );
    return capacityProviders;
  }

  public async containerInstances(cluster: string): Promise<ContainerInstance[]> {
    const arns = await this.all(
      'ecs:ListContainerInstances',
      paginateListContainerInstances({ client: this.ecs }, { cluster }),
      ({ containerInstanceArns }) => containerInstanceArns,
    );
    const answers = await Promise.all(
      chunks(arns, CONTAINER_INSTANCES_AT_ONCE).map((containerInstances) =>
        this.call('ecs:DescribeContainerInstances', this.ecs.send(new DescribeContainerInstancesCommand({ cluster, containerInstances }))),
      ),
    );
    return answers.flatMap(({ containerInstances = [] }) => containerInstances);
  }

  public async template(stack: string): Promise<string> {
    const { TemplateBody } = await this.call('cloudformation:GetTemplate', this.cloudFormation.send(new GetTemplateCommand({ StackName: stack })));
    return TemplateBody ?? '';
  }

  public async clusters(): Promise<string[]> {
    return this.all('ecs:ListClusters', paginateListClusters({ client: this.ecs }, {}), ({ clusterArns }) => clusterArns);
  }

  public async serviceArns(cluster: string): Promise<string[]> {
    return this.all('ecs:ListServices', paginateListServices({ client: this.ecs }, { cluster }), ({ serviceArns }) => serviceArns);
  }

  public async services(cluster: string, arns: readonly string[]): Promise<Service[]> {
    const answers = await Promise.all(
      chunks(arns, SERVICES_AT_ONCE).map((services) =>
        this.call('ecs:DescribeServices', this.ecs.send(new DescribeServicesCommand({ cluster, services }))),
      ),
    );
    return answers.flatMap(({ services = [] }) => services);
  }

  /** Returns a task definition by its ARN, or the newest active one of a family. */
  public async taskDefinition(name: string): Promise<TaskDefinition> {
    const answer = await this.call('ecs:DescribeTaskDefinition', this.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: name })));
    return answer.taskDefinition ?? {};
  }

  /** Returns alarms of both kinds by their names. */
  public async alarms(names: readonly string[]): Promise<(MetricAlarm | CompositeAlarm)[]> {
    const answers = await Promise.all(
      chunks(names, ALARMS_AT_ONCE).map((some) =>
        this.call(
          'cloudwatch:DescribeAlarms',
          this.cloudWatch.send(
            new DescribeAlarmsCommand({ AlarmNames: some, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], MaxRecords: ALARMS_AT_ONCE }),
          ),
        ),
      ),
    );
    return answers.flatMap(({ MetricAlarms = [], CompositeAlarms = [] }) => [...MetricAlarms, ...CompositeAlarms]);
  }

  public async certificate(arn: string): Promise<CertificateDetail> {
    const answer = await this.call('acm:DescribeCertificate', this.acm.send(new DescribeCertificateCommand({ CertificateArn: arn })));
    return answer.Certificate ?? {};
  }

  private call<Answer>(action: Action, answer: Promise<Answer>): Promise<Answer> {
    return this.session.call(action, answer);
  }

  private all<Page, Item>(action: Action, pages: AsyncIterable<Page>, itemsOf: (page: Page) => readonly Item[] | undefined): Promise<Item[]> {
    return this.session.all(action, pages, itemsOf);
  }
}

function byKey(attributes: readonly { readonly Key?: string; readonly Value?: string }[] = []): Record<string, string> {
  return Object.fromEntries(attributes.map(({ Key = '', Value = '' }) => [Key, Value]));
}
