/** Loaded data, or the reason why it is unavailable. */
export type Loaded<T> = T | Unavailable;

/** Data that could not be loaded. */
export interface Unavailable {
  /** Why, in one line: `the credentials do not allow ecs:DescribeServices`. */
  readonly unavailable: string;
}

/** Returns whether data could not be loaded. */
export function isUnavailable<T extends object | string>(answer: Loaded<T>): answer is Unavailable {
  return typeof answer === 'object' && 'unavailable' in answer;
}
