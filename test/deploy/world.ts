import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ACMClient, ImportCertificateCommand } from '@aws-sdk/client-acm';
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Cdk, CdkTemplate } from './cdk';
import { EmulatedAws } from './emulated-aws';

export const DOMAIN_NAME = 'posthog.analytics.test';
export const APP_CIDRS = ['203.0.113.0/24', '198.51.100.0/24'];

/** One emulated account with the app in it, on its way from nothing to nothing. */
export class World {
  public aws!: EmulatedAws;
  public cdk!: Cdk;
  public certificateArn!: string;
  /** What nothing made of the CDK's own bootstrap stack, which is none of this project's business. */
  public skippedAtBootstrap: string[] = [];

  private folder?: string;
  private failed?: string;
  private physicalIds: ReadonlyMap<string, string> = new Map();

  /**
   * @param app the app's file; left out, it is the one that cdk.json names
   * @param stacks the names of its stacks, in the order of their deployment
   */
  public constructor(
    private readonly app?: string,
    public readonly stacks: readonly string[] = ['PostHogStores', 'PostHog'],
  ) {}

  /** What the app is deployed with. */
  public get settings(): Record<string, string> {
    return {
      domainName: DOMAIN_NAME,
      certificateArn: this.certificateArn,
      postgresUrlSecret: 'analytics/postgres-url',
      postgresNodeUrlSecret: 'analytics/postgres-node-url',
      postgresHost: 'postgres.analytics.test',
      postgresCredentialsSecret: 'analytics/postgres',
      postgresCyclotronUrlSecret: 'analytics/postgres-cyclotron-url',
      postgresNodeCyclotronUrlSecret: 'analytics/postgres-node-cyclotron-url',
      cacheHost: 'cache.analytics.test',
      kafkaBrokers: 'b-1.kafka.analytics.test:9094,b-2.kafka.analytics.test:9094',
      clickHouseHost: 'clickhouse.analytics.test',
      clickHouseSecret: 'analytics/clickhouse',
      bucketName: 'analytics-posthog-objects',
    };
  }

  public get closedSettings(): Record<string, string> {
    return { ...this.settings, appCidrs: APP_CIDRS.join(',') };
  }

  public get template(): CdkTemplate {
    return this.cdk.template(this.stacks);
  }

  /** The types of the template's resources, each once. */
  public get templateTypes(): string[] {
    return [...new Set(Object.values(this.template.Resources).map(({ Type }) => Type))];
  }

  /** The types that a deployment of the app asked for and nothing made. */
  public get skippedTypes(): string[] {
    return this.aws.skippedTypes().filter((type) => !this.skippedAtBootstrap.includes(type));
  }

  public get acm(): ACMClient {
    return new ACMClient(this.clientConfig);
  }

  public get cloudFormation(): CloudFormationClient {
    return new CloudFormationClient(this.clientConfig);
  }

  public get ec2(): EC2Client {
    return new EC2Client(this.clientConfig);
  }

  public get ecs(): ECSClient {
    return new ECSClient(this.clientConfig);
  }

  public get elb(): ElasticLoadBalancingV2Client {
    return new ElasticLoadBalancingV2Client(this.clientConfig);
  }

  public get logs(): CloudWatchLogsClient {
    return new CloudWatchLogsClient(this.clientConfig);
  }

  public get secretsManager(): SecretsManagerClient {
    return new SecretsManagerClient(this.clientConfig);
  }

  private get clientConfig() {
    return {
      endpoint: this.aws.endpoint,
      region: this.aws.region,
      credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
      maxAttempts: 1,
    };
  }

  /** A step that the following ones need: where one has failed, they fail at once, and say which. */
  public async stage(name: string, work: () => Promise<void>): Promise<void> {
    if (this.failed) {
      throw new Error(`not tried, because this has failed: ${this.failed}`);
    }
    this.failed = name;
    const start = Date.now();
    await work();
    this.failed = undefined;
    process.stderr.write(`deploy test: ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)\n`);
  }

  /**
   * Starts an emulated AWS.
   *
   * @param moto settings of moto, by the names of its environment variables
   */
  public async start(moto: Readonly<Record<string, string>> = {}): Promise<void> {
    this.folder = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-'));
    this.aws = await EmulatedAws.start(this.folder, moto);
    this.cdk = new Cdk(this.aws, this.folder, this.app);
    this.certificateArn = await this.importCertificate();
  }

  public async stop(): Promise<void> {
    await this.aws?.stop();
    if (this.folder) {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  /** Reads what the resources of the stacks are called in the account. */
  public async readPhysicalIds(): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    for (const StackName of this.stacks) {
      for await (const page of paginateListStackResources({ client: this.cloudFormation }, { StackName })) {
        // moto lists what it has skipped as well, without a name.
        const made = (page.StackResourceSummaries ?? []).filter(({ LogicalResourceId: logical }) => logical);
        made.forEach(({ LogicalResourceId: logical, PhysicalResourceId: physical }) => ids.set(logical!, physical ?? ''));
      }
    }
    this.physicalIds = ids;
    return ids;
  }

  /** The resource's own name in the account: an id or an ARN. */
  public physicalId(logicalId: string): string {
    const id = this.physicalIds.get(logicalId);
    if (!id) {
      throw new Error(`the stack has no resource ${logicalId}`);
    }
    return id;
  }

  /** The physical ids of all resources of a type. */
  public physicalIdsOf(type: string): string[] {
    return Object.entries(this.template.Resources)
      .filter(([, { Type }]) => Type === type)
      .map(([logicalId]) => this.physicalId(logicalId));
  }

  /**
   * Imports a certificate for the domain.
   *
   * @param days how long it is valid
   * @param arn the certificate to replace; left out, it is a new one
   */
  public async importCertificate(days = 90, arn?: string): Promise<string> {
    const file = (name: string) => path.join(this.folder!, name);
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', String(days), '-subj', `/CN=${DOMAIN_NAME}`];
    execFileSync('openssl', [...request, '-keyout', file('key.pem'), '-out', file('certificate.pem')], { stdio: 'ignore' });
    const material = { Certificate: readFileSync(file('certificate.pem')), PrivateKey: readFileSync(file('key.pem')) };
    return (await this.acm.send(new ImportCertificateCommand({ ...material, CertificateArn: arn }))).CertificateArn!;
  }
}
