import { World } from './world';

/** An execution of a state machine. */
export interface Execution {
  readonly status: string;
  readonly input: string;
  readonly error?: string;
  readonly cause?: string;
  /** The states that it went through. */
  readonly way: string[];
}

/** A task that the migration ran in. */
export interface MigrationTask {
  readonly group: string;
  readonly taskDefinitionArn: string;
  readonly overrides: {
    readonly containerOverrides?: { readonly name: string; readonly environment: { readonly name: string; readonly value: string }[] }[];
  };
}

export function stateMachineArn(world: World): string {
  const [id, ...others] = Object.entries(world.template.Resources)
    .filter(([logicalId, { Type }]) => Type === 'AWS::StepFunctions::StateMachine' && logicalId.includes('Migration'))
    .map(([logicalId]) => logicalId);
  expect(others).toEqual([]);
  return world.physicalId(id);
}

/** The names of all executions, the newest first. */
export function executionNames(world: World): string[] {
  const { executions } = world.aws.ask<{ executions: { name: string }[] }>('stepfunctions', 'list_executions', {
    stateMachineArn: stateMachineArn(world),
  });
  return executions.map(({ name }) => name);
}

/** Starts the migration as somebody does by hand. */
export function startByHand(world: World, name: string): void {
  world.aws.ask('stepfunctions', 'start_execution', { stateMachineArn: stateMachineArn(world), name });
}

/** An execution, when it has ended. */
export async function executionOf(world: World, name: string): Promise<Execution> {
  const executionArn = `${stateMachineArn(world).replace(':stateMachine:', ':execution:')}:${name}`;
  for (let attempt = 0; ; attempt += 1) {
    const execution = world.aws.ask<Omit<Execution, 'way'>>('stepfunctions', 'describe_execution', { executionArn });
    if (execution.status !== 'RUNNING' || attempt > 20) {
      const { events } = world.aws.ask<{ events: { stateEnteredEventDetails?: { name: string } }[] }>('stepfunctions', 'get_execution_history', {
        executionArn,
        maxResults: 100,
      });
      return { ...execution, way: events.flatMap(({ stateEnteredEventDetails: entered }) => entered?.name ?? []) };
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** The tasks that executions ran. */
export function migrationTasks(world: World): MigrationTask[] {
  const [cluster] = world.physicalIdsOf('AWS::ECS::Cluster');
  const { taskArns } = world.aws.ask<{ taskArns: string[] }>('ecs', 'list_tasks', { cluster, desiredStatus: 'STOPPED' });
  return world.aws.ask<{ tasks: MigrationTask[] }>('ecs', 'describe_tasks', { cluster, tasks: taskArns }).tasks;
}
