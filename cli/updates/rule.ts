import { Change, Update } from './replacement';

/** A change that AWS refuses, or accepts without doing what the template says. */
export interface RefusedChange {
  /** The logical id of the resource. */
  readonly id: string;
  readonly type: string;
  /** The reason, as a sentence. */
  readonly message: string;
  /** The fix, as an imperative sentence. */
  readonly fix: string;
}

/** A rule about changes that AWS does not accept in one update. */
export interface UpdateRule {
  /** The page of AWS that documents it, or the report of it. */
  readonly source: string;
  readonly fix: string;
  readonly check: (update: Update) => Omit<RefusedChange, 'fix'>[];
}

/** A rule about the resources of one type that exist before and after the update. */
export interface ResourceRule extends Pick<UpdateRule, 'source' | 'fix'> {
  readonly type: string;
  /** Returns what is wrong with a change; undefined if nothing is. */
  readonly check: (change: Change, update: Update) => string | undefined;
}

/** Returns a rule about the resources of one type. */
export function about({ type, check, ...rule }: ResourceRule): UpdateRule {
  return {
    ...rule,
    check: (update) =>
      update.changes(type).flatMap((change) => {
        const message = check(change, update);
        return message === undefined ? [] : [{ id: change.id, type, message }];
      }),
  };
}

/** Returns a rule that a list of a service must be empty, not absent, to go away. */
export function emptyNotAbsent(property: string, consequence: string, source: string): UpdateRule {
  return about({
    type: 'AWS::ECS::Service',
    source,
    fix: `the template must have an empty list for \`${property}\``,
    check: ({ before, after, replaced }) => (!replaced && lengthOf(before[property]) > 0 && after[property] === undefined ? consequence : undefined),
  });
}

/** Returns the length of a list; 0 for everything else. */
export function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
