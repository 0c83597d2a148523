import { CheckContext, CheckResult, fail, pass, some } from '../../check';
import { isUnavailable } from '../../../aws/loaded';
import { nameOf, priorityBase } from '../../deployment/deployed-ingress';
import { processOf } from '../../deployment/processes';
import { ALWAYS_PUBLIC, EndpointGroup, isProcess, PostHogProcess, PRIORITIES, PublicEndpoint } from '../../../../lib/internal';
import { appStateOf } from '../../../ingress/app-state';
import { ruleName } from '../../../ingress/request-trace';
import { answerOf } from '../../../routes/routes';
import { probe, samplesOf } from '../../../ingress/probes';

/** A request to a path of an endpoint, and its outcome. */
interface Sample {
  readonly endpoint: PublicEndpoint;
  readonly path: string;
  /** The process that should answer; undefined if it is not deployed. */
  readonly owner?: string;
  /** The process that it reaches; undefined if it reaches none. */
  readonly process?: string;
  /** The outcome and its rule. */
  readonly how: string;
}

const METHODS = ['GET', 'POST', 'OPTIONS'];

/** Checks that every public endpoint reaches the process that answers it. */
export function checkEndpoints(context: CheckContext): CheckResult[] {
  const { ingress } = context;
  if (!ingress) {
    return [];
  }
  const deployed = deployedProcesses(context);
  const samples = PublicEndpoint.all().flatMap((endpoint) => samplesFor(endpoint, ownerOf(endpoint, deployed), context));
  const open = openGroups(samples, appStateOf(context).access === 'anyone');
  const wanted = samples.filter(({ endpoint, owner }) => owner !== undefined && open.includes(endpoint.group));
  const misrouted = wanted.filter(({ owner, process }) => process === undefined || (isProcess(process) && process !== owner));
  const leaks = samples.filter(({ endpoint, process }) => process !== undefined && !open.includes(endpoint.group));
  const unclaimed = [...new Set(wanted.flatMap(({ process }) => (process !== undefined && ingress.unclaimed.has(process) ? process : [])))];
  const ownerless = samples.filter(({ endpoint, owner }) => owner === undefined && ALWAYS_PUBLIC.includes(endpoint.group));
  // A proxy of one's own may answer for every process.
  const answered = deployed ? ownerless.filter(({ process }) => process !== undefined) : [];
  const missing = [...new Set(ownerless.map(({ endpoint }) => endpoint.process))];
  return [
    ...(misrouted.length < wanted.length
      ? [pass(`${wanted.length - misrouted.length} paths of public endpoints reach their process${also(open, missing)}`)]
      : []),
    ...byRule(misrouted).map((rows) => misroutedResult(rows, context)),
    ...byRule(leaks).map((rows) => leakResult(rows)),
    ...missing
      .map((process) => answered.filter(({ endpoint }) => endpoint.process === process))
      .filter(({ length }) => length > 0)
      .map((rows) => undeployedResult(rows, context)),
    ...(unclaimed.length > 0 ? [{ status: 'unknown', text: `requests are forwarded to ${some(unclaimed)}, whose process is unknown` } as const] : []),
  ];
}

function also(open: readonly EndpointGroup[], missing: readonly PostHogProcess[]): string {
  const optional = open.filter((group) => !ALWAYS_PUBLIC.includes(group));
  return `${optional.length > 0 ? `; also public: ${optional.join(', ')}` : ''}${missing.length > 0 ? `; not deployed: ${missing.join(', ')}` : ''}`;
}

/** Returns the deployed processes; undefined if services are unknown, or have names of their own. */
function deployedProcesses({ deployment: { services }, ingress }: CheckContext): ReadonlySet<string> | undefined {
  const names = isUnavailable(services) ? [] : services.map(processOf);
  const known = names.filter(isProcess);
  const answering = Object.values(ingress!.targets).map(({ process }) => process);
  return known.length === 0 || answering.some((name) => !isProcess(name)) ? undefined : new Set(known);
}

/** Processes that a deployment does not need. */
const OPTIONAL: readonly PostHogProcess[] = [
  PostHogProcess.CAPTURE_AI,
  PostHogProcess.CAPTURE_LOGS,
  PostHogProcess.PLUGINS,
  PostHogProcess.LIVESTREAM,
];

function ownerOf({ process }: PublicEndpoint, deployed: ReadonlySet<string> | undefined): string | undefined {
  return (deployed ? deployed.has(process) : !OPTIONAL.includes(process)) ? process : undefined;
}

function samplesFor(endpoint: PublicEndpoint, owner: string | undefined, context: CheckContext): Sample[] {
  return samplesOf(endpoint).map((path) => {
    const seen = METHODS.map((method) => probe(context, path, context.publicClient, method));
    // The first misrouted one, if methods are treated differently.
    const { rule, outcome } =
      seen.find((requestTrace) => requestTrace.outcome.kind !== 'forwarded' || requestTrace.outcome.target.process !== owner) ?? seen[0];
    return {
      endpoint,
      path,
      owner,
      process: outcome.kind === 'forwarded' ? outcome.target.process : undefined,
      how: `${answerOf(outcome)}, by ${rule ? ruleName(rule) : 'no rule'}`,
    };
  });
}

/** Returns the groups that should be public: those that always are, all if the app is open to everyone, and others of which at least half is. */
function openGroups(samples: readonly Sample[], appIsOpen: boolean): EndpointGroup[] {
  return Object.values(EndpointGroup).filter((group) => {
    const own = samples.filter(({ endpoint, owner }) => endpoint.group === group && owner !== undefined);
    return (
      appIsOpen || ALWAYS_PUBLIC.includes(group) || (own.length > 0 && own.filter(({ process }) => process !== undefined).length * 2 >= own.length)
    );
  });
}

/** Groups samples with the same outcome and the same expected rule. */
function byRule(samples: readonly Sample[]): Sample[][] {
  const rows = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = [sample.owner && sample.endpoint._ruleFor(sample.owner as PostHogProcess), sample.how].join();
    rows.set(key, [...(rows.get(key) ?? []), sample]);
  }
  return [...rows.values()];
}

function misroutedResult(rows: readonly Sample[], { ingress }: CheckContext): CheckResult {
  const [{ endpoint, owner, how }] = rows;
  const rule = endpoint._ruleFor(owner as PostHogProcess)!;
  const group = Object.entries(ingress!.targets).find(([, { process }]) => process === owner)?.[0];
  const paths = some([...new Set(rows.map((row) => row.endpoint.toString()))]);
  return fail(
    `${some(rows.map(({ path }) => path))}: ${how}, not ${owner}`,
    `rule ${priorityBase(ingress!.rules) + PRIORITIES[rule]} (${rule}) must forward ${paths} to ${group ? `the target group ${nameOf(group)}` : owner}, and no rule before it may match them`,
  );
}

function undeployedResult(rows: readonly Sample[], { ingress }: CheckContext): CheckResult {
  const [{ endpoint, how }] = rows;
  const rule = endpoint._ruleFor(endpoint.process)!;
  return fail(
    `${some(rows.map(({ path }) => path))}: ${how}, although ${endpoint.process} is not deployed`,
    `rule ${priorityBase(ingress!.rules) + PRIORITIES[rule]} (${rule}) must answer 404; redeploy the stack, or deploy ${endpoint.process}`,
  );
}

function leakResult(rows: readonly Sample[]): CheckResult {
  const [{ endpoint, how, owner, process }] = rows;
  return fail(
    `${some(rows.map(({ path }) => path))}: ${how}, although most of the group ${endpoint.group} is not public`,
    process === owner
      ? `narrow that rule, or make the group public: \`publicEndpointGroups: ['${endpoint.group}']\``
      : `narrow that rule: these are not endpoints of ${process}`,
  );
}
