import { Clock } from '../../../cli/watch/follow';
import { Observation, StackEvent, StackObservation } from '../../../cli/watch/observation';
import { Terminal } from '../../../cli/watch/terminal';

export const START = new Date('2026-11-30T08:00:00Z');
export const minutes = (count: number) => new Date(START.getTime() + count * 60_000);

/** An event of a resource, by the minute at which it happened. */
export function event(minute: number, logicalId: string, type: string, status: string, more: Partial<StackEvent> = {}): StackEvent {
  return { id: `${minute}-${logicalId}-${status}`, at: minutes(minute), logicalId, type, status, ofStack: false, ...more };
}

export function ofStack(minute: number, status: string): StackEvent {
  return event(minute, 'PostHog', 'AWS::CloudFormation::Stack', status, { ofStack: true });
}

export function stack(status: string | undefined, events: readonly StackEvent[] = [], more: Partial<StackObservation> = {}): StackObservation {
  return { name: 'PostHog', status, events, services: [], unavailable: [], ...more };
}

/** A template with a store, a migration, two waves of services and the check. */
export const TEMPLATE = {
  Resources: {
    Kafka: { Type: 'AWS::MSK::Cluster' },
    Start: { Type: 'Custom::PostHogMigration' },
    Condition: { Type: 'AWS::CloudFormation::WaitCondition' },
    PluginsTask: { Type: 'AWS::ECS::TaskDefinition', Properties: { ContainerDefinitions: [{ Name: 'plugins' }] } },
    Plugins: { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: { Ref: 'PluginsTask' } } },
    WebTask: { Type: 'AWS::ECS::TaskDefinition', Properties: { ContainerDefinitions: [{ Name: 'web' }] } },
    Web: { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: { Ref: 'WebTask' } }, DependsOn: ['Plugins', 'WebTask'] },
    Check: { Type: 'Custom::PostHogDeploymentCheck', DependsOn: 'Web' },
  },
};

/** A clock that moves only when somebody waits, and remembers for how long. */
export class TestClock implements Clock {
  public readonly waits: number[] = [];
  private time = START.getTime();

  public now(): Date {
    return new Date(this.time);
  }

  public sleep(milliseconds: number): Promise<void> {
    this.waits.push(milliseconds);
    this.time += milliseconds;
    return Promise.resolve();
  }
}

/** An output that keeps lines as text. */
export class TestTerminal implements Terminal {
  public readonly lines: string[] = [];
  public readonly shown: string[] = [];

  public print(at: Date, { kind, text }: { kind: string; text: string }): void {
    this.lines.push(`${at.toISOString().slice(11, 16)} ${kind} ${text}`);
  }

  public progress(fraction: number, text: string): void {
    this.shown.push(`${Math.round(fraction * 100)} ${text}`);
  }

  public clear(): void {
    // Nothing stays.
  }
}

export function observation(minute: number, ...stacks: StackObservation[]): Observation {
  return { at: minutes(minute), stacks };
}
