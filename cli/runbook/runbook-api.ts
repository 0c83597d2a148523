import { CloudFormationClient, DescribeStacksCommand, paginateListStackResources, Stack } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, CompositeAlarm, DescribeAlarmsCommand, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ECSClient, Service, Task, TaskDefinition } from '@aws-sdk/client-ecs';
import { Session } from '../aws/session';
import { stoppedTasks } from '../aws/stopped-tasks';

/** Every AWS action that `runbook` calls, as in a policy. docs/command-line.md lists the same. */
export const ACTIONS = [
  'cloudformation:DescribeStacks',
  'cloudformation:ListStackResources',
  'cloudwatch:DescribeAlarms',
  'ecs:DescribeServices',
  'ecs:DescribeTaskDefinition',
  'ecs:DescribeTasks',
  'ecs:ListTasks',
] as const;

type Action = (typeof ACTIONS)[number];

/** The APIs that `runbook` reads: one method for each action. It makes no changes. */
export class RunbookApi {
  private readonly cloudFormation: CloudFormationClient;
  private readonly cloudWatch: CloudWatchClient;
  private readonly ecs: ECSClient;

  public constructor(private readonly session: Session) {
    this.cloudFormation = session.client(CloudFormationClient);
    this.cloudWatch = session.client(CloudWatchClient);
    this.ecs = session.client(ECSClient);
  }

  public get region(): string {
    return this.session.region;
  }

  /** Returns the physical ids of a stack's resources, by logical id. */
  public async physicalIds(stack: string): Promise<Readonly<Record<string, string>>> {
    const resources = await this.session.all(
      'cloudformation:ListStackResources' satisfies Action,
      paginateListStackResources({ client: this.cloudFormation }, { StackName: stack }),
      ({ StackResourceSummaries }) => StackResourceSummaries,
    );
    return Object.fromEntries(
      resources.flatMap(({ LogicalResourceId: id, PhysicalResourceId: physical }) => (id && physical ? [[id, physical]] : [])),
    );
  }

  public async stack(name: string): Promise<Stack | undefined> {
    const answer = await this.call('cloudformation:DescribeStacks', this.cloudFormation.send(new DescribeStacksCommand({ StackName: name })));
    return answer.Stacks?.[0];
  }

  public async service(cluster: string, arn: string): Promise<Service | undefined> {
    const answer = await this.call('ecs:DescribeServices', this.ecs.send(new DescribeServicesCommand({ cluster, services: [arn] })));
    return answer.services?.[0];
  }

  public async taskDefinition(arn: string): Promise<TaskDefinition | undefined> {
    const answer = await this.call('ecs:DescribeTaskDefinition', this.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: arn })));
    return answer.taskDefinition;
  }

  /** Returns some of the tasks of a service that stopped in the last hour. */
  public async stoppedTasks(cluster: string, serviceName: string): Promise<Task[]> {
    return stoppedTasks(this.ecs, (action, answer) => this.call(action, answer), cluster, serviceName);
  }

  /** Returns those of some alarms that are in the state ALARM. */
  public async alarming(names: readonly string[]): Promise<(CompositeAlarm | MetricAlarm)[]> {
    // One page has up to 100 alarms, and a stack has fewer.
    const request = new DescribeAlarmsCommand({
      AlarmNames: names.slice(0, 100),
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      StateValue: 'ALARM',
    });
    const { MetricAlarms = [], CompositeAlarms = [] } = await this.call('cloudwatch:DescribeAlarms', this.cloudWatch.send(request));
    return [...CompositeAlarms, ...MetricAlarms];
  }

  private call<Answer>(action: Action, answer: Promise<Answer>): Promise<Answer> {
    return this.session.call(action, answer);
  }
}
