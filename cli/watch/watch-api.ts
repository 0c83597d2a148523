import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListStackResources,
  Stack,
  StackEvent as ApiEvent,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, FilteredLogEvent, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeServicesCommand, ECSClient, Service, Task } from '@aws-sdk/client-ecs';
import { DescribeExecutionCommand, DescribeExecutionCommandOutput, GetExecutionHistoryCommand, HistoryEvent, SFNClient } from '@aws-sdk/client-sfn';
import { AwsRefusal } from '../aws/aws-error';
import { Session } from '../aws/session';
import { stoppedTasks } from '../aws/stopped-tasks';
import { Template } from '../updates/replacement';

/** Every AWS action that `watch` calls, as in a policy. docs/command-line.md lists the same. */
export const ACTIONS = [
  'cloudformation:DescribeStackEvents',
  'cloudformation:DescribeStacks',
  'cloudformation:GetTemplate',
  'cloudformation:ListStackResources',
  'ecs:DescribeServices',
  'ecs:DescribeTasks',
  'ecs:ListTasks',
  'logs:FilterLogEvents',
  'states:DescribeExecution',
  'states:GetExecutionHistory',
] as const;

type Action = (typeof ACTIONS)[number];

/** The APIs that `watch` reads: one method for each action. */
export class WatchApi {
  private readonly cloudFormation: CloudFormationClient;
  private readonly ecs: ECSClient;
  private readonly logs: CloudWatchLogsClient;
  private readonly sfn: SFNClient;

  public constructor(private readonly session: Session) {
    this.cloudFormation = session.client(CloudFormationClient);
    this.ecs = session.client(ECSClient);
    this.logs = session.client(CloudWatchLogsClient);
    this.sfn = session.client(SFNClient);
  }

  /** Returns a stack by its name or, also after its deletion, by its id; undefined if there is none. */
  public async stack(name: string): Promise<Stack | undefined> {
    try {
      const answer = await this.call('cloudformation:DescribeStacks', this.cloudFormation.send(new DescribeStacksCommand({ StackName: name })));
      return answer.Stacks?.[0];
    } catch (error) {
      if (error instanceof AwsRefusal && /does not exist/.test(error.message)) {
        return undefined;
      }
      throw error;
    }
  }

  /** Returns the events of a stack, the newest first, up to the first that a condition holds for, which is included. */
  public async eventsUntil(stack: string, isLast: (event: ApiEvent) => boolean): Promise<ApiEvent[]> {
    const found: ApiEvent[] = [];
    let next: string | undefined;
    do {
      const request = new DescribeStackEventsCommand({ StackName: stack, NextToken: next });
      const page = await this.call('cloudformation:DescribeStackEvents', this.cloudFormation.send(request));
      for (const event of page.StackEvents ?? []) {
        found.push(event);
        if (isLast(event)) {
          return found;
        }
      }
      next = page.NextToken;
    } while (next);
    return found;
  }

  public async template(stack: string): Promise<Template> {
    const request = new GetTemplateCommand({ StackName: stack });
    const { TemplateBody = '{}' } = await this.call('cloudformation:GetTemplate', this.cloudFormation.send(request));
    return JSON.parse(TemplateBody) as Template;
  }

  /** Returns the physical ids of the resources of a type whose logical ids match. */
  public async physicalIds(stack: string, type: string, logicalId: RegExp): Promise<string[]> {
    const resources = await this.session.all(
      'cloudformation:ListStackResources',
      paginateListStackResources({ client: this.cloudFormation }, { StackName: stack }),
      ({ StackResourceSummaries }) => StackResourceSummaries,
    );
    return resources
      .filter(({ ResourceType, LogicalResourceId = '' }) => ResourceType === type && logicalId.test(LogicalResourceId))
      .flatMap(({ PhysicalResourceId: id }) => id ?? []);
  }

  /** Returns up to ten services of a cluster. */
  public async services(cluster: string, arns: readonly string[]): Promise<Service[]> {
    const answer = await this.call('ecs:DescribeServices', this.ecs.send(new DescribeServicesCommand({ cluster, services: [...arns] })));
    return answer.services ?? [];
  }

  /** Returns some of the tasks of a service that stopped in the last hour: ECS forgets older ones. */
  public async stoppedTasks(cluster: string, serviceName: string): Promise<Task[]> {
    return stoppedTasks(this.ecs, (action, answer) => this.call(action, answer), cluster, serviceName);
  }

  public execution(arn: string): Promise<DescribeExecutionCommandOutput> {
    return this.call('states:DescribeExecution', this.sfn.send(new DescribeExecutionCommand({ executionArn: arn })));
  }

  /** Returns the last events of an execution, the newest first. */
  public async history(arn: string): Promise<HistoryEvent[]> {
    const request = new GetExecutionHistoryCommand({ executionArn: arn, reverseOrder: true, maxResults: 20, includeExecutionData: false });
    const { events = [] } = await this.call('states:GetExecutionHistory', this.sfn.send(request));
    return events;
  }

  public logEvents(group: string, streamPrefix: string, from: number): Promise<FilteredLogEvent[]> {
    const pages = paginateFilterLogEvents({ client: this.logs }, { logGroupName: group, logStreamNamePrefix: streamPrefix, startTime: from });
    return this.session.all('logs:FilterLogEvents', pages, ({ events }) => events);
  }

  private call<Answer>(action: Action, answer: Promise<Answer>): Promise<Answer> {
    return this.session.call(action, answer);
  }
}
