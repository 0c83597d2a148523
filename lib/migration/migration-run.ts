import { CfnResource, CfnWaitCondition, CfnWaitConditionHandle, CustomResource, Duration, Lazy, Stack } from 'aws-cdk-lib/core';
import { CfnTaskDefinition, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { StartRequest } from './functions/migration-requests';
import { shortHash } from '../private/values';

/** Properties for `MigrationRun`. */
export interface MigrationRunProps {
  /** The type of the custom resource. */
  readonly type: string;
  readonly serviceToken: string;
  readonly request: Omit<StartRequest, 'Url'>;
  readonly taskDefinition: FargateTaskDefinition;
  readonly timeoutSeconds: number;
  /** Any text: changing it creates another run. */
  readonly trigger?: string;
}

/** The time that stopping a task may take when a run is deleted. */
const TIME_TO_STOP = Duration.minutes(20);

/**
 * One run of a migration in a deployment: a custom resource that starts it, and a wait condition for its end, of at most twelve hours.
 *
 * Their logical ids hold a hash of the task definition and the timeout, so that another release creates new ones: CloudFormation cannot update
 * a wait condition (cloudformation-coverage-roadmap issue 1097). A rollback deletes the new ones, which stops the migration. It does not touch the
 * old ones, and neither does a deployment that does not change the migration.
 */
export class MigrationRun extends Construct {
  /** The wait condition for its end. */
  public readonly condition: CfnWaitCondition;
  /** The custom resource that starts it. */
  public readonly start: CustomResource;

  /** The hash of the current synthesis; undefined as long as the task definition can change. */
  private known?: string;
  private isFinal = false;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: MigrationRunProps,
  ) {
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
    // Every service refers to these ids, and each time the hash took a millisecond and more. In each synthesis, the CDK validates constructs when
    // nothing can change them any more.
    this.node.addValidation({
      validate: () => {
        [this.isFinal, this.known] = [true, undefined];
        return [];
      },
    });
  }

  private renamed(resource: CfnResource): void {
    const prefix = Stack.of(this).getLogicalId(resource);
    resource.overrideLogicalId(Lazy.uncachedString({ produce: () => `${prefix}${this.currentHash()}` }));
  }

  private currentHash(): string {
    const hash = this.known ?? this.hash();
    this.known = this.isFinal ? hash : undefined;
    return hash;
  }

  /** Returns a hash that changes with the task definition, the timeout and the trigger. */
  private hash(): string {
    const { taskDefinition, timeoutSeconds, trigger } = this.props;
    const { containerDefinitions, cpu, memory, runtimePlatform } = taskDefinition.node.defaultChild as CfnTaskDefinition;
    const what: unknown = Stack.of(this).resolve([containerDefinitions, cpu, memory, runtimePlatform, timeoutSeconds, trigger]);
    return shortHash(JSON.stringify(what));
  }
}
