/** Rows and faults before a run, and the run itself with the expected state after it. */
export interface Step {
  readonly events?: readonly { id: string; team?: number; person?: string; distinct?: string; name?: string; daysAgo?: number }[];
  readonly overrides?: readonly { distinct: string; person: string; daysAgo: number }[];
  readonly deletions?: readonly { person?: string; team?: number; daysAgo: number; verifiedDaysAgo?: number }[];
  readonly requests?: readonly { id: number; type?: string; status?: string; mode?: string; events?: readonly string[]; daysAgo?: number }[];
  readonly mutations?: readonly { table: string; command: string; is_done: boolean; error?: string }[];
  readonly objects?: readonly string[];
  readonly servers?: number;
  readonly weekLater?: boolean;
  readonly fault?: { readonly job: string; readonly at: string };
  readonly locked?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** A command of the script, or `plain job` for PostHog's own job alone. */
  readonly run?: string;
  /** Part of the result of the run. */
  readonly expect?: Readonly<Record<string, unknown>>;
}

export interface Case {
  readonly title: string;
  /** The result on PostHog's real code of 13 July 2026 with ClickHouse's engine; undefined if it was not run there. */
  readonly real?: string;
  readonly steps: readonly Step[];
}

const MUTATION_OF_CELERY = { table: 'sharded_events', command: 'MATERIALIZE COLUMN mat_$x', is_done: false };

const LEFT_OF_78 = '[upkeep] sharded_events still has rows of the deleted projects 78';

const DONE = { failures: 0, lies: [], objects: [] };

/** The cases of the weekly run and of data deletion requests, each run against stubs. */
export const CASES: readonly Case[] = [
  {
    title: 'deletes the events of a person and of a project though the table of overrides is empty',
    real: 'the same: both verified, the event of another person left, a row of team 0 in the table of overrides',
    steps: [
      {
        events: [{ id: 'a' }, { id: 'b', person: 'Q' }, { id: 'c', team: 77 }],
        deletions: [
          { person: 'P', daysAgo: 5 },
          { team: 77, daysAgo: 1 },
        ],
        run: 'weekly',
        expect: { ...DONE, events: ['b'], verified: ['77', 'P'], pending: [], overrides: ['upkeep'], cleared: ['cleartokens'] },
      },
    ],
  },
  {
    title: 'deletes events of the canary that are older than a day, and no others',
    steps: [
      {
        events: [
          { id: 'a', distinct: 'cdk-posthog-canary', daysAgo: 3 },
          { id: 'b', distinct: 'cdk-posthog-canary', daysAgo: 0.5 },
          { id: 'c', daysAgo: 3 },
        ],
        run: 'deletions',
        expect: { ...DONE, events: ['a', 'b', 'c'] },
      },
      { environment: { UPKEEP_CANARY: 'cdk-posthog-canary' }, run: 'deletions', expect: { ...DONE, events: ['b', 'c'] } },
    ],
  },
  {
    title: 'deletes what was requested after a run, before the next person overrides come',
    real: 'the same; the plain job marked the second deletion as done and deleted nothing',
    steps: [
      { events: [{ id: 'c', team: 77 }], deletions: [{ team: 77, daysAgo: 1 }], run: 'weekly', expect: { ...DONE, events: [] } },
      {
        events: [{ id: 'd', team: 78 }],
        deletions: [{ team: 78, daysAgo: 0.1 }],
        run: 'weekly',
        expect: { ...DONE, events: [], verified: ['77', '78'] },
      },
    ],
  },
  {
    title: 'takes back the mark of a deletion that a plain run of the job certified, and deletes it',
    real: 'the same',
    steps: [
      { overrides: [{ distinct: 'z', person: 'R', daysAgo: 0.2 }], events: [{ id: 'c', team: 77 }], deletions: [{ team: 77, daysAgo: 1 }] },
      { run: 'plain job', expect: { events: [], verified: ['77'] } },
      { events: [{ id: 'd', team: 78 }], deletions: [{ team: 78, daysAgo: 0.1 }], run: 'plain job', expect: { events: ['d'], lies: ['78'] } },
      { run: 'deletions', expect: { ...DONE, events: [], pending: [], says: expect.arrayContaining([LEFT_OF_78]) as unknown } },
    ],
  },
  {
    title: 'applies overrides before it deletes, and leaves those of the last two days',
    real: 'the same',
    steps: [
      {
        events: [
          { id: 'a', distinct: 'old', person: 'S' },
          { id: 'b', distinct: 'new', person: 'T' },
        ],
        overrides: [
          { distinct: 'old', person: 'P', daysAgo: 5 },
          { distinct: 'new', person: 'Q', daysAgo: 1 },
        ],
        deletions: [{ person: 'P', daysAgo: 3 }],
        run: 'weekly',
        expect: { ...DONE, events: ['b'], people: { b: 'T' }, verified: ['P'], overrides: ['new'] },
      },
    ],
  },
  {
    title: 'leaves a person whose deletion is newer than the oldest override, and deletes it a week later',
    steps: [
      {
        events: [{ id: 'a' }],
        overrides: [{ distinct: 'n', person: 'R', daysAgo: 1 }],
        deletions: [{ person: 'P', daysAgo: 0.5 }],
        run: 'weekly',
        expect: { failures: 0, events: ['a'], pending: ['P'], lies: [] },
      },
      { weekLater: true, run: 'weekly', expect: { ...DONE, events: [], verified: ['P'] } },
    ],
  },
  {
    title: 'keeps events that a person sends after their deletion, and does not count them as left behind',
    real: 'the same',
    steps: [
      {
        events: [{ id: 'a' }, { id: 'b', daysAgo: 1 }],
        deletions: [{ person: 'P', daysAgo: 5 }],
        run: 'weekly',
        expect: { ...DONE, events: ['b'], verified: ['P'] },
      },
    ],
  },
  {
    title: 'leaves deletions pending after a mutation that deleted nothing, and repeats them',
    real: 'the same, with a DELETE that was swallowed',
    steps: [
      {
        events: [{ id: 'a' }, { id: 'c', team: 77 }],
        deletions: [
          { person: 'P', daysAgo: 5 },
          { team: 77, daysAgo: 5 },
        ],
        fault: { job: 'deletes', at: 'lost' },
        run: 'deletions',
        expect: { failures: 1, events: ['a', 'c'], pending: ['77', 'P'], lies: [] },
      },
      { run: 'deletions', expect: { ...DONE, events: [], verified: ['77', 'P'] } },
    ],
  },
  {
    title: 'drops what a run left that failed before its deletion, and runs again',
    real: 'the same: table, dictionary and the dictionary of single events were left, and dropped',
    steps: [
      {
        events: [{ id: 'a' }],
        deletions: [{ person: 'P', daysAgo: 5 }],
        fault: { job: 'deletes', at: 'before' },
        run: 'deletions',
        expect: { failures: 1, events: ['a'], pending: ['P'] },
      },
      { run: 'deletions', expect: { ...DONE, events: [], verified: ['P'] } },
    ],
  },
  {
    title: 'drops the snapshot of overrides that a failed run left, deletes nothing in that run, and runs again',
    real: 'the same, with an error while the snapshot was dropped',
    steps: [
      {
        events: [{ id: 'a' }],
        deletions: [{ person: 'P', daysAgo: 5 }],
        fault: { job: 'squash', at: 'squash' },
        run: 'deletions',
        expect: { failures: 1, events: ['a'], pending: ['P'] },
      },
      { run: 'deletions', expect: { ...DONE, events: [], verified: ['P'] } },
    ],
  },
  {
    title: 'takes back the mark of a deletion that an earlier run did not check, also if this run fails',
    steps: [
      {
        events: [{ id: 'a', daysAgo: 10 }],
        deletions: [
          { person: 'P', daysAgo: 9, verifiedDaysAgo: 6 },
          { person: 'Q', daysAgo: 5 },
        ],
        fault: { job: 'squash', at: 'squash' },
        run: 'deletions',
        expect: { failures: 1, pending: ['P', 'Q'], verified: [], lies: [] },
      },
      { fault: { job: 'deletes', at: 'marked' }, run: 'deletions', expect: { failures: 1, events: [], verified: ['P', 'Q'], lies: [] } },
      { run: 'deletions', expect: { ...DONE, verified: ['P', 'Q'] } },
    ],
  },
  {
    title: 'changes nothing while a mutation is unfinished, and names it',
    real: 'the same, with a mutation while merges were stopped',
    steps: [
      {
        events: [{ id: 'a' }],
        deletions: [{ person: 'P', daysAgo: 5 }],
        mutations: [MUTATION_OF_CELERY],
        run: 'deletions',
        expect: {
          failures: 1,
          events: ['a'],
          pending: ['P'],
          overrides: [],
          says: [expect.stringContaining('the mutation mutation_1.txt of sharded_events has been unfinished for 90 seconds: it reports no error')],
        },
      },
    ],
  },
  {
    title: 'changes nothing on several servers without allowSeveralServers',
    real: 'the same, with two names for one engine: replicas themselves were not run',
    steps: [
      {
        servers: 2,
        events: [{ id: 'a' }],
        deletions: [{ person: 'P', daysAgo: 5 }],
        run: 'deletions',
        expect: { failures: 1, events: ['a'], pending: ['P'], overrides: [] },
      },
      { environment: { UPKEEP_ALLOW_SEVERAL_SERVERS: 'true' }, run: 'deletions', expect: { ...DONE, events: [], verified: ['P'] } },
    ],
  },
  {
    title: 'answers immediate requests in the order of their approvals, and creates the group of approvers',
    real: 'the same',
    steps: [
      {
        events: [{ id: 'a' }, { id: 'b', name: 'keep' }],
        requests: [{ id: 1, events: ['x'] }],
        run: 'daily',
        expect: { failures: 0, events: ['b'], requests: { 1: 'completed' }, groups: ['ClickHouse Team'] },
      },
    ],
  },
  {
    title: 'leaves deferred requests to the weekly run, which completes them',
    real: 'the same',
    steps: [
      {
        events: [{ id: 'a' }, { id: 'b', name: 'keep' }],
        requests: [{ id: 1, events: ['x'], mode: 'deferred' }],
        run: 'daily',
        expect: { failures: 0, events: ['a', 'b'], requests: { 1: 'queued' } },
      },
      { run: 'weekly', expect: { ...DONE, events: ['b'], requests: { 1: 'completed' } } },
    ],
  },
  {
    title: 'repeats single events that a deferred request left behind',
    real: 'the same, with marks that were written by hand',
    steps: [
      { events: [{ id: 'a' }], requests: [{ id: 1, events: ['x'], mode: 'deferred' }], run: 'daily' },
      { fault: { job: 'deletes', at: 'lost' }, run: 'weekly', expect: { failures: 1, events: ['a'], requests: { 1: 'queued' } } },
      { run: 'weekly', expect: { ...DONE, events: [], requests: { 1: 'completed' } } },
    ],
  },
  {
    title: 'answers the other requests if one fails, and leaves those that are not approved',
    real: 'the same, with a predicate that does not parse',
    steps: [
      {
        events: [{ id: 'a' }, { id: 'b', name: 'y' }, { id: 'c', name: 'z' }],
        requests: [
          { id: 1, type: 'property_removal', events: ['x'], daysAgo: 3 },
          { id: 2, events: ['y'], daysAgo: 2 },
          { id: 3, events: ['z'], status: 'pending' },
        ],
        fault: { job: 'property_removal', at: 'failed' },
        run: 'daily',
        expect: { failures: 1, events: ['a', 'c'], requests: { 1: 'failed', 2: 'completed', 3: 'pending' } },
      },
    ],
  },
  {
    title: 'marks a request as failed that a stopped run left in progress',
    real: 'the same',
    steps: [{ requests: [{ id: 1, status: 'in_progress' }], run: 'daily', expect: { failures: 1, requests: { 1: 'failed' } } }],
  },
  {
    title: 'answers no request while a migration holds the lock, which is no failure of a daily run',
    real: 'the same',
    steps: [
      { requests: [{ id: 1, events: ['x'] }], locked: true, run: 'daily', expect: { failures: 0, requests: { 1: 'approved' } } },
      { run: 'daily', expect: { failures: 0, requests: { 1: 'completed' } } },
    ],
  },
  {
    title: 'deletes nothing while another run holds the lock, which is a failure of a weekly run',
    real: 'the same',
    steps: [
      {
        events: [{ id: 'a' }],
        deletions: [{ person: 'P', daysAgo: 5 }],
        locked: true,
        run: 'weekly',
        expect: { failures: 3, events: ['a'], pending: ['P'], metrics: expect.objectContaining({ UpkeepFailures: 3 }) as unknown },
      },
    ],
  },
  {
    title: 'runs no step that is turned off, unless it is the command',
    steps: [
      { events: [{ id: 'a' }], deletions: [{ person: 'P', daysAgo: 5 }] },
      { environment: { UPKEEP_STEPS: 'tokens' }, run: 'weekly', expect: { failures: 0, pending: ['P'], cleared: ['cleartokens'], metrics: null } },
      { environment: { UPKEEP_STEPS: 'tokens' }, run: 'deletions', expect: { failures: 0, verified: ['P'] } },
    ],
  },
];
