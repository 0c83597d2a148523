import { CheckContext, CheckResult, fail, pass, some } from '../../check';
import { isUnavailable } from '../../../aws/loaded';
import { priorityBase } from '../../deployment/deployed-ingress';
import { attribute } from '../../../alb/headers';
import { PostHogProcess, PRIORITIES } from '../../../../lib/internal';
import { appStateOf } from '../../../ingress/app-state';
import { answerOf } from '../../../routes/routes';
import { reached, probe } from '../../../ingress/probes';

const LIVESTREAM: string = PostHogProcess.LIVESTREAM;

const PATH = '/livestream/events';

const IDLE_TIMEOUT = { key: 'idle_timeout.timeout_seconds', defaultValue: '60' };

/** Interval of heartbeats in a stream of notifications, in seconds (livestream/handlers/handlers.go). */
const HEARTBEAT = 15;

/** The default of `PostHogIngress`, in seconds. */
const RECOMMENDED = 120;

/** Maximum duration of a stream in seconds, after which PostHog ends it (the same file). */
const LONGEST_STREAM = 30 * 60;

/** Checks that live events, if deployed, reach the clients that can open the app, and for how long. */
export function checkLiveEvents(context: CheckContext): CheckResult[] {
  const {
    ingress,
    deployment: { attributes },
  } = context;
  if (!ingress || !Object.values(ingress.targets).some(({ process }) => process === LIVESTREAM)) {
    return [];
  }
  return [...checkReach(context), ...(isUnavailable(attributes) ? [] : [checkIdleTimeout(Number(attribute(attributes, IDLE_TIMEOUT)), context)])];
}

/** Checks allowed clients. For public clients, it is an endpoint like the others. */
function checkReach(context: CheckContext): CheckResult[] {
  const { access } = appStateOf(context);
  const clients = access === 'cidrs' ? context.allowedClients : access === 'authenticated' ? [context.publicClient] : [];
  const probes = clients.map((address) => ({ address, outcome: probe(context, PATH, address).outcome }));
  const missed = probes.filter(({ outcome }) => reached(outcome) !== LIVESTREAM);
  if (probes.length === 0) {
    return [];
  }
  return [
    missed.length === 0
      ? pass('clients that can open the app reach live events')
      : fail(
          `${some(missed.map(({ address }) => address))}: can open the app, but not live events (${PATH}: ${answerOf(missed[0].outcome)})`,
          `rule ${priorityBase(context.ingress!.rules) + PRIORITIES.LiveEvents} (LiveEvents) and those after it must allow the same clients as the rules from priority 1000 on: redeploy the stack`,
        ),
  ];
}

function checkIdleTimeout(seconds: number, { deployment: { loadBalancer } }: CheckContext): CheckResult {
  const set = `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ${loadBalancer.arn} --attributes Key=${IDLE_TIMEOUT.key},Value=${RECOMMENDED}`;
  if (seconds <= HEARTBEAT) {
    return fail(
      `every stream of live events is closed after ${seconds} seconds of silence (${IDLE_TIMEOUT.key}), and notifications are silent for up to ${HEARTBEAT}`,
      set,
    );
  }
  return pass(
    seconds > LONGEST_STREAM
      ? `a stream of live events may be silent as long as PostHog keeps it (${IDLE_TIMEOUT.key} is ${seconds})`
      : `a stream of live events without events reconnects every ${seconds} seconds (${IDLE_TIMEOUT.key})`,
  );
}
