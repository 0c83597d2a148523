import { CustomMetricName } from '../custom-metrics';

/** The input of one run of the monitor: the targets, none of them secret. What is left out is not read. */
export interface MonitorRequest {
  readonly installation: string;
  readonly clickHouse?: ClickHouseTarget;
  readonly cache?: { readonly host: string; readonly port: number; readonly tls: boolean; readonly queues: readonly string[] };
  readonly deadLetters?: { readonly brokers: string; readonly tls: boolean; readonly topics: readonly string[] };
  readonly services?: { readonly cluster: string; readonly names: readonly string[] };
  /** The date of the release, `YYYY-MM-DD`. */
  readonly releaseDate?: string;
}

/** The servers of ClickHouse, and the secret with the keys `username` and `password`. */
export interface ClickHouseTarget {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly tls: boolean;
  readonly verifyCertificate: boolean;
  readonly secretArn: string;
}

/** The time between two runs, in minutes. */
export const MONITOR_MINUTES = 5;

/** The measurements of a run, by the names of their metrics. */
export type Measurements = Readonly<Partial<Record<CustomMetricName, number>>>;

const MINUTE_MS = 60_000;

/** Returns the beginning of the time that a run looks at. */
export function since(now: Date): Date {
  return new Date(now.getTime() - MONITOR_MINUTES * MINUTE_MS);
}

/** Returns the age of a release in seconds. Throws if its date is not one. */
export function releaseAge(date: string, now: Date): number {
  const time = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(time)) {
    throw new Error(`the date of the release must be YYYY-MM-DD, got: ${date}`);
  }
  return Math.max(0, Math.floor((now.getTime() - time) / 1000));
}
