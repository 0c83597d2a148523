import { ACMClient, CertificateDetail, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { CloudFormationClient, paginateListStackResources, StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { EC2Client, paginateDescribeSubnets, Subnet } from '@aws-sdk/client-ec2';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  paginateListClusters,
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
import { meaningOf } from './aws-error';
import { CommandError } from '../../command';
import { chunks } from '../../../lib/internal';

/** Every AWS action that the doctor calls, as in a policy. docs/command-line.md lists the same. */
export const ACTIONS = [
  'acm:DescribeCertificate',
  'cloudformation:ListStackResources',
  'ec2:DescribeSubnets',
  'ecs:DescribeServices',
  'ecs:DescribeTaskDefinition',
  'ecs:ListClusters',
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

/** Short, so that a missing network is reported in seconds instead of minutes. */
const TIMEOUTS = { connectionTimeout: 5000, requestTimeout: 20_000, throwOnRequestTimeout: true };

/** The AWS APIs that the doctor reads: one method for each action, with all pages. */
export class Aws {
  /**
   * Resolves the region and creates the clients.
   *
   * @param region the region; default: that of the environment or the profile
   */
  public static async in(region?: string): Promise<Aws> {
    // The SDK is bundled with this program, so its warning about the next version of Node.js does not apply.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    const elb = new ElasticLoadBalancingV2Client({ ...(region ? { region } : {}), requestHandler: TIMEOUTS });
    try {
      return new Aws(await elb.config.region(), elb);
    } catch (error) {
      throw new CommandError(noRegion((error as Error).message, region));
    }
  }

  private readonly acm: ACMClient;
  private readonly cloudFormation: CloudFormationClient;
  private readonly ec2: EC2Client;
  private readonly ecs: ECSClient;

  private constructor(
    public readonly region: string,
    private readonly elb: ElasticLoadBalancingV2Client,
  ) {
    // Shared credentials: a sign-in with a program or a second factor happens once.
    const shared = { region, credentials: elb.config.credentials, requestHandler: TIMEOUTS };
    this.acm = new ACMClient(shared);
    this.cloudFormation = new CloudFormationClient(shared);
    this.ec2 = new EC2Client(shared);
    this.ecs = new ECSClient(shared);
  }

  public async stackResources(stack: string): Promise<StackResourceSummary[]> {
    const pages = await this.all(
      'cloudformation:ListStackResources',
      paginateListStackResources({ client: this.cloudFormation }, { StackName: stack }),
    );
    return pages.flatMap(({ StackResourceSummaries = [] }) => StackResourceSummaries);
  }

  public async loadBalancers(which: { Names: string[] } | { LoadBalancerArns: string[] }): Promise<LoadBalancer[]> {
    const pages = await this.all('elasticloadbalancing:DescribeLoadBalancers', paginateDescribeLoadBalancers({ client: this.elb }, which));
    return pages.flatMap(({ LoadBalancers = [] }) => LoadBalancers);
  }

  public async loadBalancerAttributes(arn: string): Promise<Record<string, string>> {
    const { Attributes } = await this.call(
      'elasticloadbalancing:DescribeLoadBalancerAttributes',
      this.elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn })),
    );
    return byKey(Attributes);
  }

  public async listeners(loadBalancer: string): Promise<Listener[]> {
    const pages = await this.all(
      'elasticloadbalancing:DescribeListeners',
      paginateDescribeListeners({ client: this.elb }, { LoadBalancerArn: loadBalancer }),
    );
    return pages.flatMap(({ Listeners = [] }) => Listeners);
  }

  public async listenerAttributes(arn: string): Promise<Record<string, string>> {
    const { Attributes } = await this.call(
      'elasticloadbalancing:DescribeListenerAttributes',
      this.elb.send(new DescribeListenerAttributesCommand({ ListenerArn: arn })),
    );
    return byKey(Attributes);
  }

  public async listenerCertificates(listener: string): Promise<Certificate[]> {
    const pages = await this.all(
      'elasticloadbalancing:DescribeListenerCertificates',
      paginateDescribeListenerCertificates({ client: this.elb }, { ListenerArn: listener }),
    );
    return pages.flatMap(({ Certificates = [] }) => Certificates);
  }

  public async rules(listener: string): Promise<Rule[]> {
    const pages = await this.all('elasticloadbalancing:DescribeRules', paginateDescribeRules({ client: this.elb }, { ListenerArn: listener }));
    return pages.flatMap(({ Rules = [] }) => Rules);
  }

  public async targetGroups(loadBalancer: string): Promise<TargetGroup[]> {
    const pages = await this.all(
      'elasticloadbalancing:DescribeTargetGroups',
      paginateDescribeTargetGroups({ client: this.elb }, { LoadBalancerArn: loadBalancer }),
    );
    return pages.flatMap(({ TargetGroups = [] }) => TargetGroups);
  }

  public async targetHealth(targetGroup: string): Promise<TargetHealthDescription[]> {
    const answer = await this.call(
      'elasticloadbalancing:DescribeTargetHealth',
      this.elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroup })),
    );
    return answer.TargetHealthDescriptions ?? [];
  }

  public async subnets(ids: readonly string[]): Promise<Subnet[]> {
    const pages = await this.all('ec2:DescribeSubnets', paginateDescribeSubnets({ client: this.ec2 }, { SubnetIds: [...ids] }));
    return pages.flatMap(({ Subnets = [] }) => Subnets);
  }

  public async clusters(): Promise<string[]> {
    const pages = await this.all('ecs:ListClusters', paginateListClusters({ client: this.ecs }, {}));
    return pages.flatMap(({ clusterArns = [] }) => clusterArns);
  }

  public async serviceArns(cluster: string): Promise<string[]> {
    const pages = await this.all('ecs:ListServices', paginateListServices({ client: this.ecs }, { cluster }));
    return pages.flatMap(({ serviceArns = [] }) => serviceArns);
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

  public async certificate(arn: string): Promise<CertificateDetail> {
    const answer = await this.call('acm:DescribeCertificate', this.acm.send(new DescribeCertificateCommand({ CertificateArn: arn })));
    return answer.Certificate ?? {};
  }

  private async call<Answer>(action: Action, answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (error) {
      throw meaningOf(error, action, this.region);
    }
  }

  private all<Page>(action: Action, pages: AsyncIterable<Page>): Promise<Page[]> {
    return this.call(action, collect(pages));
  }
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) {
    collected.push(item);
  }
  return collected;
}

function byKey(attributes: readonly { readonly Key?: string; readonly Value?: string }[] = []): Record<string, string> {
  return Object.fromEntries(attributes.map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** Explains why no region was found, from the message of the SDK: none is set, or the name is invalid. */
function noRegion(message: string, option: string | undefined): string {
  const refused = /region="(?<name>[^"]*)"/.exec(message)?.groups?.name;
  if (refused === undefined) {
    return /missing/.test(message) ? 'no AWS region: use --region, or set AWS_REGION' : `no AWS region: ${message}`;
  }
  const source = option === undefined ? (process.env.AWS_REGION === refused ? 'AWS_REGION' : 'the AWS profile') : 'the command line';
  return `'${refused}' is not the name of a region; it comes from ${source}`;
}
