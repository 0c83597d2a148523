import { CheckContext, some } from '../check-context';
import { isUnavailable } from '../deployment';
import { CheckResult, pass, fail } from '../check-result';
import { priorityBase } from '../priority-base';
import { attribute } from '../../alb/headers';
import { PostHogProcess, PRIORITIES } from '../../../lib/internal';
import { appStateOf } from '../../app-state';
import { answerOf } from '../../routes';
import { reached, probe } from '../../probes';

const LIVESTREAM: string = PostHogProcess.LIVESTREAM;

const PATH = '/livestream/events';

const IDLE_TIMEOUT = { key: 'idle_timeout.timeout_seconds', defaultValue: '60' };

/** A stream of notifications says something this often, in seconds (livestream/handlers/handlers.go). */
const HEARTBEAT = 15;

/** After so many seconds, PostHog ends each stream itself (the same file). */
const LONGEST_STREAM = 30 * 60;

/** Whether live events, where they run, reach whom the app is open to, and for how long. */
export function checkLiveEvents(judged: CheckContext): CheckResult[] {
  const { door, deployment: { attributes } } = judged;
  if (!door || !Object.values(door.targets).some(({ process }) => process === LIVESTREAM)) {
    return [];
  }
  return [...judgeReach(judged), ...(isUnavailable(attributes) ? [] : [judgeIdleTimeout(Number(attribute(attributes, IDLE_TIMEOUT)), judged)])];
}

/** To strangers, it is an endpoint like the others. */
function judgeReach(judged: CheckContext): CheckResult[] {
  const { access } = appStateOf(judged);
  const visitors = access === 'cidrs' ? judged.insiders : access === 'authenticated' ? [judged.stranger] : [];
  const visits = visitors.map((address) => ({ address, outcome: probe(judged, PATH, address).outcome }));
  const missed = visits.filter(({ outcome }) => reached(outcome) !== LIVESTREAM);
  if (visits.length === 0) {
    return [];
  }
  return [missed.length === 0 ? pass('who can open the app reaches live events')
    : fail(`${some(missed.map(({ address }) => address))}: can open the app and not live events (${PATH}: ${answerOf(missed[0].outcome)})`,
      `rule ${priorityBase(judged.door!.rules) + PRIORITIES.LiveEvents} (LiveEvents) and those after it must let in whom the rules from priority 1000 on let in: deploy the stack again`)];
}

function judgeIdleTimeout(seconds: number, { deployment: { loadBalancer } }: CheckContext): CheckResult {
  const set = `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ${loadBalancer.arn} --attributes Key=${IDLE_TIMEOUT.key},Value=${LONGEST_STREAM + 60}`;
  if (seconds <= HEARTBEAT) {
    return fail(`every stream of live events is cut after ${seconds} seconds of silence (${IDLE_TIMEOUT.key}), and notifications are silent for ${HEARTBEAT}`, set);
  }
  return pass(seconds > LONGEST_STREAM ? `a stream of live events may be silent as long as PostHog keeps it (${IDLE_TIMEOUT.key} is ${seconds})`
    : `a stream of live events without events is opened anew every ${seconds} seconds (${IDLE_TIMEOUT.key}); from ${LONGEST_STREAM + 60} on it would not be`);
}
