import { AlarmProperties, AlarmUnderTest, Source, State } from './alarm-evaluator';

interface CompositeProperties {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions?: readonly unknown[];
  readonly AlarmRule: { readonly 'Fn::Join': readonly [string, readonly unknown[]] };
  readonly ActionsSuppressor?: { readonly 'Fn::GetAtt': readonly [string, string] };
  readonly ActionsSuppressorWaitPeriod?: number;
  readonly ActionsSuppressorExtensionPeriod?: number;
}

/** A message that an alarm sends. */
export interface Message {
  readonly minute: number;
  readonly alarm: string;
}

/** A change of a state. */
export interface Change extends Message {
  readonly state: State;
}

/**
 * A composite alarm whose rule is that some alarm is in ALARM, and which another one may suppress.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-suppression.html
 */
class CompositeUnderTest {
  public state: State = 'OK';
  /** The minute at which it performs its actions if nothing suppresses them before. */
  private pending?: number;
  private wasSuppressed = false;

  public constructor(
    public readonly properties: CompositeProperties,
    private readonly members: () => readonly { readonly state: State }[],
    private readonly suppressor: () => { readonly state: State } | undefined,
  ) {}

  /** Changes its state, and returns whether it performs its actions. */
  public advance(minute: number): boolean {
    const { ActionsSuppressorWaitPeriod: wait = 0, ActionsSuppressorExtensionPeriod: extension = 0 } = this.properties;
    const before = this.state;
    this.state = this.members().some(({ state }) => state === 'ALARM') ? 'ALARM' : 'OK';
    const isSuppressed = this.suppressor()?.state === 'ALARM';
    if (this.state === 'OK') {
      this.pending = undefined;
      this.wasSuppressed = false;
      return false;
    }
    if (before === 'OK') {
      this.pending = this.suppressor() ? minute + wait / 60 : minute;
    }
    if (isSuppressed && this.pending !== undefined) {
      this.wasSuppressed = true;
      this.pending = Infinity;
    } else if (this.wasSuppressed && !isSuppressed && this.pending === Infinity) {
      this.pending = minute + extension / 60;
    }
    if (this.pending !== undefined && minute >= this.pending) {
      this.pending = undefined;
      return true;
    }
    return false;
  }
}

type Resources = Readonly<Record<string, { readonly Type: string; readonly Properties: unknown }>>;

/** Every alarm of a template, in a simulated CloudWatch. */
export class AlarmWorld {
  public readonly messages: Message[] = [];
  public readonly changes: Change[] = [];
  public readonly alarms: ReadonlyMap<string, AlarmUnderTest>;
  private readonly composites: ReadonlyMap<string, CompositeUnderTest>;
  private minute = 0;

  public constructor(template: { readonly Resources: Resources }) {
    const ofType = <T>(type: string) =>
      Object.entries(template.Resources)
        .filter(([, { Type }]) => Type === type)
        .map(([id, { Properties }]) => [id, Properties as T] as const);
    this.alarms = new Map(
      ofType<AlarmProperties>('AWS::CloudWatch::Alarm')
        .filter(([, { AlarmDescription }]) => AlarmDescription?.includes('Runbook:'))
        .map(([id, properties]) => [id, new AlarmUnderTest(properties)]),
    );
    this.composites = new Map(
      ofType<CompositeProperties>('AWS::CloudWatch::CompositeAlarm').map(([id, properties]) => [
        id,
        new CompositeUnderTest(
          properties,
          () => membersOf(properties).map((member) => this.alarms.get(member) ?? this.composites.get(member)!),
          () => this.suppressorOf(properties),
        ),
      ]),
    );
  }

  private suppressorOf({ ActionsSuppressor: suppressor }: CompositeProperties): { readonly state: State } | undefined {
    const id = suppressor?.['Fn::GetAtt'][0] ?? '';
    return this.composites.get(id) ?? this.alarms.get(id);
  }

  /** The ids of the alarms of each composite alarm. */
  public get members(): string[][] {
    return [...this.composites.values()].map(({ properties }) => membersOf(properties));
  }

  /** Plays some minutes. */
  public play(minutes: number, source: Source): void {
    for (const end = this.minute + minutes; this.minute < end; this.minute += 1) {
      for (const alarm of this.alarms.values()) {
        const before = alarm.state;
        alarm.advance(this.minute, source);
        if (alarm.state !== before && !(before === 'INSUFFICIENT_DATA' && alarm.state === 'OK')) {
          this.changes.push({ minute: this.minute, alarm: nameOf(alarm.properties), state: alarm.state });
          if (alarm.state === 'ALARM' && alarm.properties.AlarmActions) {
            this.messages.push({ minute: this.minute, alarm: nameOf(alarm.properties) });
          }
        }
      }
      for (const composite of this.composites.values()) {
        if (composite.advance(this.minute) && composite.properties.AlarmActions) {
          this.messages.push({ minute: this.minute, alarm: nameOf(composite.properties) });
        }
      }
    }
  }
}

/** The name of an alarm without that of its PostHog: the anchor of its paragraph in the runbook. */
export function nameOf({ AlarmDescription }: { readonly AlarmDescription: string }): string {
  return AlarmDescription.split('#')[1];
}

function membersOf({ AlarmRule }: CompositeProperties): string[] {
  const [separator, parts] = AlarmRule['Fn::Join'];
  const texts = parts.filter((part) => typeof part === 'string').join(separator);
  if (!/^\((ALARM\(""\)( OR )?)+\)$/.test(texts)) {
    throw new Error(`a rule that this simulation does not know: ${texts}`);
  }
  return parts.flatMap((part) => (typeof part === 'string' ? [] : [(part as { 'Fn::GetAtt': string[] })['Fn::GetAtt'][0]]));
}
