import { JULY_TREE, PostHogProcess } from '../../lib/internal';

/** The CPU time of a process for one unit of its work, measured with PostHog's own code. */
export interface MeasuredThroughput {
  readonly process: PostHogProcess;
  /** The unit of work. */
  readonly unit: string;
  /** Units for each second of CPU time: what one vCPU of the measured kind does if nothing else bounds the process. */
  readonly perCpuSecond: number;
  /** The measurement, and its differences from a deployment. */
  readonly method: string;
  readonly commit: string;
}

/**
 * The throughputs that were measured. The CPU was an AMD EPYC with 2 cores, shared with other work: only CPU time is a result, not seconds.
 *
 * `capture`, `feature-flags` and the other Rust services are not here: no optimised build of them was measured.
 */
export const MEASURED_THROUGHPUT: readonly MeasuredThroughput[] = [
  {
    process: PostHogProcess.INGESTION_GENERAL,
    unit: 'events of 2 KB',
    perCpuSecond: 344,
    method:
      '24,279 events of known persons from Kafka 3.9 to its topics for ClickHouse in 70.5 s of CPU time, 2.9 ms each, in batches of 500, with Node.js ' +
      '24.13 and PostgreSQL 15; PERSONHOG_ENABLED=false, no transformations, RE2 replaced by JavaScript',
    commit: JULY_TREE,
  },
];
