import { CheckContext, some } from '../check-context';
import { CheckResult, pass, fail } from '../check-result';
import { ListenerRule } from '../../alb/evaluate';
import { RuleAction } from '../../alb/listener-rule';
import { Access } from '../../access';
import { Answer, AppState, appStateOf } from '../../app-state';
import { ruleName } from '../../request-trace';

const IN_WORDS: Readonly<Record<Access, string>> = {
  anyone: 'everybody can open the app',
  cidrs: 'only the networks that rules name can open the app',
  authenticated: 'only who signs in at the load balancer can open the app',
  nobody: 'nobody can open the app',
};

const ANSWERS: Readonly<Record<Answer, string>> = { 'open': 'reached', 'sign-in': 'behind the sign-in', 'refused': 'refused' };

/** Who can open the app, whether that is who should, and whether the rules agree about it. */
export function checkApp(judged: CheckContext): CheckResult[] {
  const { door, access } = judged;
  if (!door) {
    return [];
  }
  const state = appStateOf(judged);
  return [accordance(state, access, judged), ...contradictions(state, judged)];
}

function accordance(state: AppState, intended: Access | undefined, { insiders }: CheckContext): CheckResult {
  const meant = intended === undefined ? '; --access would say what is meant' : ', as --access says';
  const who = state.access === 'cidrs' ? ` (${insiders.length} ${insiders.length === 1 ? 'block' : 'blocks'})` : '';
  return intended === undefined || intended === state.access ? pass(`${IN_WORDS[state.access]}${who}${meant}`)
    : fail(`${IN_WORDS[state.access]}${who}, but --access says ${intended}`,
      'set `appAccess` and deploy again; where the rules were changed by hand, put back the default action and those from priority 1000 on');
}

function contradictions(state: AppState, { door }: CheckContext): CheckResult[] {
  const mostOpen = state.pages.filter(({ answer }) => answer !== 'refused');
  const different = state.pages.filter(({ answer }) => answer !== state.pages[0].answer);
  const uneven = different.length === 0 ? [] : [fail(
    `a stranger is treated in different ways by the app's pages: ${some(mostOpen.map(({ page, answer }) => `${page} is ${ANSWERS[answer]}`))}, ${some(state.pages.filter(({ answer }) => answer === 'refused').map(({ page }) => page)) || 'no page'} refused`,
    'remove the rule that opens single pages, or make the default action a refusal')];
  const needless = state.access === 'anyone' ? door!.rules.filter((rule) => restrictsTheApp(rule, state.process, door!.targets)) : [];
  return needless.length === 0 ? uneven : [...uneven, fail(
    `${some(needless.map(ruleName))} ${needless.length === 1 ? 'lets' : 'let'} only some into the app, and yet everybody gets in`,
    'make the default action of the https listener a refusal: aws elbv2 modify-listener --default-actions ' +
    `'Type=fixed-response,FixedResponseConfig={StatusCode=403,ContentType=text/plain,MessageBody=Forbidden}' --listener-arn ${door!.listener.arn}`)];
}

/** Whether a rule asks who it is, and leads to the app. */
function restrictsTheApp({ conditions, actions }: ListenerRule<RuleAction>, app: string, targets: Readonly<Record<string, { readonly process: string }>>): boolean {
  const asks = conditions.some(({ field }) => field === 'source-ip') || actions.some(({ type }) => type.startsWith('authenticate-'));
  return asks && actions.some(({ type, targetGroup }) => type === 'forward' && targets[targetGroup ?? '']?.process === app);
}
