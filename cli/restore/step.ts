import { StackResource } from './installation';

/** The place that the lines of a step are for. */
export type Place = 'shell' | 'clickhouse' | 'code' | 'note';

/** One step, with the lines to run or to write. */
export interface Step {
  readonly title: string;
  readonly place: Place;
  readonly lines: readonly string[];
}

/** Returns a step that is only read. */
export const note = (title: string, ...lines: string[]): Step => ({ title, place: 'note', lines });
/** Returns a step for a shell. */
export const shell = (title: string, ...lines: string[]): Step => ({ title, place: 'shell', lines });
/** Returns a step for the code of the app. */
export const code = (title: string, ...lines: string[]): Step => ({ title, place: 'code', lines });
/** Returns a step with statements of ClickHouse. */
export const clickHouse = (title: string, ...lines: string[]): Step => ({ title, place: 'clickhouse', lines: lines.map((line) => `${line};`) });

/** Returns the shell command that reads a physical id. */
export function physicalId({ stack, id }: StackResource): string {
  return (
    `aws cloudformation describe-stack-resource --stack-name ${stack} --logical-resource-id ${id} ` +
    '--query StackResourceDetail.PhysicalResourceId --output text'
  );
}
