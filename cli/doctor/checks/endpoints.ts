import { CheckContext, some } from '../check-context';
import { isUnavailable } from '../deployment';
import { CheckResult, pass, fail } from '../check-result';
import { nameOf } from '../deployed-ingress';
import { priorityBase } from '../priority-base';
import { processOf } from '../processes';
import { ALWAYS_PUBLIC, EndpointGroup, isProcess, PostHogProcess, PRIORITIES, PublicEndpoint } from '../../../lib/internal';
import { samplesOf } from '../../endpoint-samples';
import { appStateOf } from '../../app-state';
import { ruleName } from '../../request-trace';
import { answerOf } from '../../routes';
import { probe } from '../../probes';

/** What becomes of a request to a path of an endpoint. */
interface Sample {
  readonly endpoint: PublicEndpoint;
  readonly path: string;
  /** The process that should answer: the endpoint's own, its stand-in, or undefined where neither is deployed. */
  readonly owner?: string;
  /** The process that it reaches; undefined where it reaches none. */
  readonly process?: string;
  /** How it ends, and by which rule. */
  readonly how: string;
}

const METHODS = ['GET', 'POST', 'OPTIONS'];

/** Whether every public endpoint reaches the process that answers it today. */
export function checkEndpoints(judged: CheckContext): CheckResult[] {
  const { door } = judged;
  if (!door) {
    return [];
  }
  const deployed = deployedProcesses(judged);
  const samples = PublicEndpoint.all().flatMap((endpoint) => samplesFor(endpoint, ownerOf(endpoint, deployed), judged));
  const open = openGroups(samples, appStateOf(judged).access === 'anyone');
  const wanted = samples.filter(({ endpoint, owner }) => owner !== undefined && open.includes(endpoint.group));
  const astray = wanted.filter(({ owner, process }) => process === undefined || (isProcess(process) && process !== owner));
  const strays = samples.filter(({ endpoint, process }) => process !== undefined && !open.includes(endpoint.group));
  const unclaimed = [...new Set(wanted.flatMap(({ process }) => (process !== undefined && door.unclaimed.has(process) ? process : [])))];
  const ownerless = samples.filter(({ endpoint, owner }) => owner === undefined && ALWAYS_PUBLIC.includes(endpoint.group));
  const missing = [...new Set(ownerless.map(({ endpoint }) => endpoint.process))];
  return [
    ...(astray.length < wanted.length ? [pass(`${wanted.length - astray.length} paths of public endpoints reach the process that answers them${also(open, missing)}`)] : []),
    ...byRule(astray).map((rows) => astrayOf(rows, judged)),
    ...byRule(strays).map((rows) => strayOf(rows)),
    ...(unclaimed.length > 0 ? [{ verdict: 'unknown', text: `requests go to ${some(unclaimed)}, and which process answers there is not known` } as const] : []),
  ];
}

function also(open: readonly EndpointGroup[], missing: readonly PostHogProcess[]): string {
  const optional = open.filter((group) => !ALWAYS_PUBLIC.includes(group));
  return `${optional.length > 0 ? `; open besides: ${optional.join(', ')}` : ''}${missing.length > 0 ? `; not deployed: ${missing.join(', ')}` : ''}`;
}

/** The processes of PostHog that some service runs. Undefined where services are not known, or answer under names of their own. */
function deployedProcesses({ deployment: { services }, door }: CheckContext): ReadonlySet<string> | undefined {
  const names = isUnavailable(services) ? [] : services.map(processOf);
  const known = names.filter(isProcess);
  const answering = Object.values(door!.targets).map(({ process }) => process);
  return known.length === 0 || answering.some((name) => !isProcess(name)) ? undefined : new Set(known);
}

/** Processes that the table lists and that a deployment may well do without. */
const OPTIONAL: readonly PostHogProcess[] = [PostHogProcess.CAPTURE_AI, PostHogProcess.CAPTURE_LOGS, PostHogProcess.PLUGINS, PostHogProcess.LIVESTREAM];

function ownerOf({ process }: PublicEndpoint, deployed: ReadonlySet<string> | undefined): string | undefined {
  return (deployed ? deployed.has(process) : !OPTIONAL.includes(process)) ? process : undefined;
}

function samplesFor(endpoint: PublicEndpoint, owner: string | undefined, judged: CheckContext): Sample[] {
  return samplesOf(endpoint).map((path) => {
    const seen = METHODS.map((method) => probe(judged, path, judged.stranger, method));
    // The one that goes astray, where methods are treated differently.
    const { rule, outcome } = seen.find((passage) => passage.outcome.kind !== 'arrives' || passage.outcome.target.process !== owner) ?? seen[0];
    return { endpoint, path, owner, process: outcome.kind === 'arrives' ? outcome.target.process : undefined, how: `${answerOf(outcome)}, by ${rule ? ruleName(rule) : 'no rule'}` };
  });
}

/** The groups that are meant to be open: those that always are, all where the app is, and others of which at least half is. */
function openGroups(samples: readonly Sample[], appIsOpen: boolean): EndpointGroup[] {
  return Object.values(EndpointGroup).filter((group) => {
    const own = samples.filter(({ endpoint, owner }) => endpoint.group === group && owner !== undefined);
    return appIsOpen || ALWAYS_PUBLIC.includes(group) || (own.length > 0 && own.filter(({ process }) => process !== undefined).length * 2 >= own.length);
  });
}

/** Samples that end alike and belong in the same rule, together. */
function byRule(samples: readonly Sample[]): Sample[][] {
  const rows = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = [sample.owner && sample.endpoint._ruleFor(sample.owner as PostHogProcess), sample.how].join();
    rows.set(key, [...(rows.get(key) ?? []), sample]);
  }
  return [...rows.values()];
}

function astrayOf(rows: readonly Sample[], { door }: CheckContext): CheckResult {
  const [{ endpoint, owner, how }] = rows;
  const rule = endpoint._ruleFor(owner as PostHogProcess)!;
  const group = Object.entries(door!.targets).find(([, { process }]) => process === owner)?.[0];
  const paths = some([...new Set(rows.map((row) => row.endpoint.toString()))]);
  return fail(`${some(rows.map(({ path }) => path))}: ${how}, not ${owner}`,
    `rule ${priorityBase(door!.rules) + PRIORITIES[rule]} (${rule}) must forward ${paths} to ${group ? `the target group ${nameOf(group)}` : owner}, and no rule before it may take them`);
}

function strayOf(rows: readonly Sample[]): CheckResult {
  const [{ endpoint, how, owner, process }] = rows;
  return fail(`${some(rows.map(({ path }) => path))}: ${how}, although most of the group ${endpoint.group} is closed`,
    process === owner ? `narrow that rule, or open the group: \`publicEndpointGroups: ['${endpoint.group}']\`` : `narrow that rule: they are no endpoints of ${process}`);
}
