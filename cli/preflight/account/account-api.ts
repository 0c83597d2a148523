import { ACMClient, CertificateDetail, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListStackResources,
  Stack,
  StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, LogGroup, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { GetRoleCommand, IAMClient, GetAccountSummaryCommand } from '@aws-sdk/client-iam';
import {
  Cluster,
  Configuration,
  KafkaClient,
  KafkaVersion,
  paginateListClustersV2,
  paginateListConfigurations,
  paginateListKafkaVersions,
} from '@aws-sdk/client-kafka';
import {
  GetHostedZoneCommand,
  GetHostedZoneCommandOutput,
  HostedZone,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  ResourceRecordSet,
  Route53Client,
  RRType,
} from '@aws-sdk/client-route-53';
import { DescribeSecretCommand, paginateListSecrets, SecretListEntry, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { AwsRefusal } from '../../aws/aws-error';
import { Session } from '../../aws/session';

/** The errors of these APIs for something that does not exist. */
const MISSING = [
  'NoSuchEntity',
  'NoSuchEntityException',
  'NoSuchHostedZone',
  'NoSuchResourceException',
  'ResourceNotFoundException',
  'LoadBalancerNotFound',
  'LoadBalancerNotFoundException',
  'TargetGroupNotFound',
  'TargetGroupNotFoundException',
];

/** Returns the response of a request; undefined if what it is about does not exist. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AwsRefusal && (MISSING.includes(error.name) || (error.name === 'ValidationError' && /does not exist/.test(error.message)))) {
      return undefined;
    }
    throw error;
  }
}

/** The APIs that preflight reads, other than those of usage: one method for each action, with all pages. It makes no changes. */
export class AccountApi {
  private readonly acm: ACMClient;
  private readonly cloudFormation: CloudFormationClient;
  private readonly iam: IAMClient;
  private readonly kafka: KafkaClient;
  private readonly logs: CloudWatchLogsClient;
  private readonly quotas: ServiceQuotasClient;
  private readonly route53: Route53Client;
  private readonly secretsManager: SecretsManagerClient;

  private clusters?: Promise<Cluster[]>;
  private summary?: Promise<Readonly<Record<string, number>>>;

  public constructor(public readonly session: Session) {
    this.acm = session.client(ACMClient);
    this.cloudFormation = session.client(CloudFormationClient);
    this.iam = session.client(IAMClient);
    this.kafka = session.client(KafkaClient);
    this.logs = session.client(CloudWatchLogsClient);
    this.quotas = session.client(ServiceQuotasClient);
    this.route53 = session.client(Route53Client);
    this.secretsManager = session.client(SecretsManagerClient);
  }

  /** Returns the value of a quota: the one that was applied to the account, or else AWS's default in this region. */
  public async quota(service: string, code: string): Promise<number | undefined> {
    const which = { ServiceCode: service, QuotaCode: code };
    const applied = await unlessMissing(this.session.call('servicequotas:GetServiceQuota', this.quotas.send(new GetServiceQuotaCommand(which))));
    if (applied?.Quota?.Value !== undefined) {
      return applied.Quota.Value;
    }
    const { Quota } = await this.session.call(
      'servicequotas:GetAWSDefaultServiceQuota',
      this.quotas.send(new GetAWSDefaultServiceQuotaCommand(which)),
    );
    return Quota?.Value;
  }

  /** Returns IAM's counts and quotas, such as `Roles` and `RolesQuota`. */
  public iamSummary(): Promise<Readonly<Record<string, number>>> {
    this.summary ??= this.session
      .call('iam:GetAccountSummary', this.iam.send(new GetAccountSummaryCommand({})))
      .then(({ SummaryMap }) => (SummaryMap ?? {}) as Record<string, number>);
    return this.summary;
  }

  public async hasRole(name: string): Promise<boolean> {
    return (await this.roleArn(name)) !== undefined;
  }

  /** Returns the ARN of a role; undefined if it does not exist. */
  public async roleArn(name: string): Promise<string | undefined> {
    const call = this.session.call('iam:GetRole', this.iam.send(new GetRoleCommand({ RoleName: name })));
    return (await unlessMissing(call))?.Role?.Arn;
  }

  public async stack(name: string): Promise<Stack | undefined> {
    const answer = await unlessMissing(
      this.session.call('cloudformation:DescribeStacks', this.cloudFormation.send(new DescribeStacksCommand({ StackName: name }))),
    );
    return answer?.Stacks?.[0];
  }

  public async template(stack: string): Promise<string> {
    const { TemplateBody } = await this.session.call(
      'cloudformation:GetTemplate',
      this.cloudFormation.send(new GetTemplateCommand({ StackName: stack })),
    );
    return TemplateBody ?? '';
  }

  public stackResources(stack: string): Promise<StackResourceSummary[]> {
    return this.session.all(
      'cloudformation:ListStackResources',
      paginateListStackResources({ client: this.cloudFormation }, { StackName: stack }),
      ({ StackResourceSummaries }) => StackResourceSummaries,
    );
  }

  public async certificate(arn: string): Promise<CertificateDetail | undefined> {
    const call = this.session.call('acm:DescribeCertificate', this.acm.send(new DescribeCertificateCommand({ CertificateArn: arn })));
    return (await unlessMissing(call))?.Certificate;
  }

  public hostedZone(id: string): Promise<GetHostedZoneCommandOutput | undefined> {
    return unlessMissing(this.session.call('route53:GetHostedZone', this.route53.send(new GetHostedZoneCommand({ Id: id }))));
  }

  /** Returns the record with a name and type; undefined if there is none. */
  public async record(zone: string, name: string, type: string): Promise<ResourceRecordSet | undefined> {
    const answer = await unlessMissing(
      this.session.call(
        'route53:ListResourceRecordSets',
        this.route53.send(
          new ListResourceRecordSetsCommand({ HostedZoneId: zone, StartRecordName: name, StartRecordType: type as RRType, MaxItems: 1 }),
        ),
      ),
    );
    const [found] = answer?.ResourceRecordSets ?? [];
    return found?.Type === type && withoutDot(found.Name) === withoutDot(name) ? found : undefined;
  }

  /** Returns the private zones with a name. */
  public async privateZones(name: string): Promise<HostedZone[]> {
    const { HostedZones = [] } = await this.session.call(
      'route53:ListHostedZonesByName',
      this.route53.send(new ListHostedZonesByNameCommand({ DNSName: name })),
    );
    return HostedZones.filter(({ Name, Config }) => Config?.PrivateZone && withoutDot(Name) === withoutDot(name));
  }

  public kafkaClusters(): Promise<Cluster[]> {
    const pages = paginateListClustersV2({ client: this.kafka }, {});
    this.clusters ??= this.session.all('kafka:ListClustersV2', pages, ({ ClusterInfoList }) => ClusterInfoList);
    return this.clusters;
  }

  public kafkaConfigurations(): Promise<Configuration[]> {
    return this.session.all(
      'kafka:ListConfigurations',
      paginateListConfigurations({ client: this.kafka }, {}),
      ({ Configurations }) => Configurations,
    );
  }

  public kafkaVersions(): Promise<KafkaVersion[]> {
    return this.session.all('kafka:ListKafkaVersions', paginateListKafkaVersions({ client: this.kafka }, {}), ({ KafkaVersions }) => KafkaVersions);
  }

  public logGroups(prefix: string): Promise<LogGroup[]> {
    return this.session.all(
      'logs:DescribeLogGroups',
      paginateDescribeLogGroups({ client: this.logs }, { logGroupNamePrefix: prefix }),
      ({ logGroups }) => logGroups,
    );
  }

  /** Returns whether there is a secret with a name, and whether it waits for its deletion; undefined if there is none. */
  public async secret(name: string): Promise<{ readonly deleted: boolean } | undefined> {
    const call = this.session.call('secretsmanager:DescribeSecret', this.secretsManager.send(new DescribeSecretCommand({ SecretId: name })));
    const found = await unlessMissing(call);
    return found && { deleted: found.DeletedDate !== undefined };
  }

  public secretsWithTagValue(value: string): Promise<SecretListEntry[]> {
    return this.session.all(
      'secretsmanager:ListSecrets',
      paginateListSecrets({ client: this.secretsManager }, { Filters: [{ Key: 'tag-value', Values: [value] }] }),
      ({ SecretList }) => SecretList,
    );
  }
}

function withoutDot(name = ''): string {
  return name.replace(/\.$/, '').toLowerCase();
}
