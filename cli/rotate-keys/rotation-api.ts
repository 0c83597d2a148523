import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { CommandError } from '../command';
import { Session } from '../aws/session';

/** Every AWS action that `rotate-keys` calls, as in a policy, without those that change something. docs/command-line.md lists the same. */
export const READS = [
  'cloudformation:ListStackResources',
  'ecs:DescribeServices',
  'ecs:DescribeTaskDefinition',
  'ecs:DescribeTasks',
  'ecs:ListTasks',
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetSecretValue',
] as const;

/** The actions of `--run`. */
export const WRITES = ['ecs:UpdateService', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'] as const;

type Action = (typeof READS)[number] | (typeof WRITES)[number];

/** A service, as far as a rotation needs it. */
export interface RunningService {
  readonly arn: string;
  readonly cluster: string;
  /** The secrets of its containers: a variable, and the ARN of its secret. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Indicates whether one deployment runs, and it is complete. */
  readonly settled: boolean;
}

/** The current version of a secret. */
export interface CurrentVersion {
  readonly id: string;
  readonly stages: readonly string[];
}

/** The APIs of `rotate-keys`: one method for each action. */
export class RotationApi {
  private readonly ecs: ECSClient;
  private readonly secrets: SecretsManagerClient;

  public constructor(private readonly session: Session) {
    this.ecs = session.client(ECSClient);
    this.secrets = session.client(SecretsManagerClient);
  }

  public async service(arn: string): Promise<RunningService> {
    const cluster = arn.split('/')[1];
    const answer = await this.call('ecs:DescribeServices', this.ecs.send(new DescribeServicesCommand({ cluster, services: [arn] })));
    const { taskDefinition, deployments = [] } = answer.services?.[0] ?? {};
    const definition = await this.call('ecs:DescribeTaskDefinition', this.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition })));
    const secrets = (definition.taskDefinition?.containerDefinitions ?? []).flatMap((container) => container.secrets ?? []);
    return {
      arn,
      cluster,
      secrets: Object.fromEntries(secrets.map(({ name = '', valueFrom = '' }) => [name, secretOf(valueFrom)])),
      settled: deployments.length === 1 && deployments[0].rolloutState === 'COMPLETED',
    };
  }

  /** Returns when the oldest running task of a service started; undefined if none runs. */
  public async oldestStart({ cluster, arn }: RunningService): Promise<Date | undefined> {
    const { taskArns = [] } = await this.call('ecs:ListTasks', this.ecs.send(new ListTasksCommand({ cluster, serviceName: arn })));
    if (taskArns.length === 0) {
      return undefined;
    }
    const { tasks = [] } = await this.call('ecs:DescribeTasks', this.ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns })));
    // A task reads its secrets after it was created. One without a time counts as old.
    const times = tasks.map(({ createdAt = new Date(0) }) => createdAt.getTime());
    return new Date(Math.min(...times));
  }

  public async current(secret: string): Promise<CurrentVersion> {
    const { VersionIdsToStages: versions = {} } = await this.call(
      'secretsmanager:DescribeSecret',
      this.secrets.send(new DescribeSecretCommand({ SecretId: secret })),
    );
    const [id, stages] = Object.entries(versions).find(([, labels]) => labels.includes('AWSCURRENT')) ?? ['', []];
    return { id, stages };
  }

  /** Returns the value of a version: the current one, or that with another label. Throws if it is no text. */
  public async value(secret: string, stage = 'AWSCURRENT'): Promise<{ readonly text: string; readonly created: Date }> {
    const request = new GetSecretValueCommand({ SecretId: secret, VersionStage: stage });
    const answer = await this.call('secretsmanager:GetSecretValue', this.secrets.send(request));
    if (!answer.SecretString) {
      throw new CommandError(`the secret ${secret} has no text in its version ${stage}`);
    }
    return { text: answer.SecretString, created: answer.CreatedDate ?? new Date(0) };
  }

  public async put(secret: string, text: string, label: string): Promise<void> {
    const request = new PutSecretValueCommand({ SecretId: secret, SecretString: text, VersionStages: ['AWSCURRENT', label] });
    await this.call('secretsmanager:PutSecretValue', this.secrets.send(request));
  }

  /** Moves a label to a version, so that Secrets Manager keeps it. */
  public async label(secret: string, label: string, version: string): Promise<void> {
    const request = new UpdateSecretVersionStageCommand({ SecretId: secret, VersionStage: label, MoveToVersionId: version });
    await this.call('secretsmanager:UpdateSecretVersionStage', this.secrets.send(request));
  }

  public async restart({ cluster, arn }: RunningService): Promise<void> {
    await this.call('ecs:UpdateService', this.ecs.send(new UpdateServiceCommand({ cluster, service: arn, forceNewDeployment: true })));
  }

  private call<Answer>(action: Action, answer: Promise<Answer>): Promise<Answer> {
    return this.session.call(action, answer);
  }
}

/** Returns the ARN of the secret in `arn:...:secret:NAME:JSON-KEY:STAGE:VERSION`. */
function secretOf(valueFrom: string): string {
  return valueFrom.split(':').slice(0, 7).join(':');
}
