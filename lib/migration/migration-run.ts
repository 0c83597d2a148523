import { createHash } from 'node:crypto';
import { CfnResource, CfnWaitCondition, CfnWaitConditionHandle, CustomResource, Duration, Lazy, Stack } from 'aws-cdk-lib/core';
import { CfnTaskDefinition, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { StartRequest } from './migration-requests';

/** What is run, and who runs it. */
export interface MigrationRunProps {
  /** The type of the custom resource. */
  readonly type: string;
  readonly serviceToken: string;
  readonly request: Omit<StartRequest, 'Url'>;
  readonly taskDefinition: FargateTaskDefinition;
  readonly timeoutSeconds: number;
  /** Any text: another one makes another run. */
  readonly trigger?: string;
}

/** How long stopping a task may take where a run is deleted. */
const TIME_TO_STOP = Duration.minutes(20);

/**
 * One run of a migration in a deployment: something that starts it, and something that CloudFormation waits for, twelve hours at most.
 *
 * Their logical ids carry what is run and for how long it is waited, so that another release makes new ones: CloudFormation changes no wait
 * condition that is there (cloudformation-coverage-roadmap issue 1097). A rollback takes the new ones away, which stops what runs,
 * and touches the old ones as little as a deployment that changes nothing about the migration.
 */
export class MigrationRun extends Construct {
  /** What waits for its end. */
  public readonly condition: CfnWaitCondition;
  /** What starts it. */
  public readonly start: CustomResource;

  public constructor(scope: Construct, id: string, private readonly props: MigrationRunProps) {
    super(scope, id);
    const handle = new CfnWaitConditionHandle(this, 'Handle');
    this.start = new CustomResource(this, 'Start', {
      serviceToken: props.serviceToken,
      serviceTimeout: TIME_TO_STOP,
      resourceType: props.type,
      properties: { ...props.request, Url: handle.ref },
    });
    this.condition = new CfnWaitCondition(this, 'Condition', { handle: handle.ref, timeout: String(props.timeoutSeconds), count: 1 });
    this.condition.node.addDependency(this.start);
    [handle, this.condition, this.start.node.defaultChild as CfnResource].forEach((resource) => this.renamed(resource));
  }

  private renamed(resource: CfnResource): void {
    const prefix = Stack.of(this).getLogicalId(resource);
    resource.overrideLogicalId(Lazy.uncachedString({ produce: () => `${prefix}${this.hash()}` }));
  }

  /** A short text that is another one for whatever else is run. */
  private hash(): string {
    const { taskDefinition, timeoutSeconds, trigger } = this.props;
    const { containerDefinitions, cpu, memory, runtimePlatform } = taskDefinition.node.defaultChild as CfnTaskDefinition;
    const what: unknown = Stack.of(this).resolve([containerDefinitions, cpu, memory, runtimePlatform, timeoutSeconds, trigger]);
    return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 8).toUpperCase();
  }
}
