import { CheckContext, CheckResult, fail, pass, some } from '../../check';
import { ListenerRule } from '../../../alb/evaluate';
import { RuleAction } from '../../../alb/listener-rule';
import { Access } from '../../../ingress/access';
import { Answer, AppState, appStateOf } from '../../../ingress/app-state';
import { ruleName } from '../../../ingress/request-trace';

const IN_WORDS: Readonly<Record<Access, string>> = {
  anyone: 'everyone can open the app',
  cidrs: 'only the allowed networks can open the app',
  authenticated: 'only users who sign in at the load balancer can open the app',
  nobody: 'no one can open the app',
};

const ANSWERS: Readonly<Record<Answer, string>> = { 'open': 'open', 'sign-in': 'behind the sign-in', 'refused': 'refused' };

/** Checks who can open the app, that this is the intended access, and that the rules do not contradict each other. */
export function checkApp(context: CheckContext): CheckResult[] {
  const { ingress, access } = context;
  if (!ingress) {
    return [];
  }
  const state = appStateOf(context);
  return [accessResult(state, access, context), ...contradictions(state, context)];
}

function accessResult(state: AppState, intended: Access | undefined, { allowedClients }: CheckContext): CheckResult {
  const suffix = intended === undefined ? '; use --access to check the intended access' : ', as intended by --access';
  const who = state.access === 'cidrs' ? ` (${allowedClients.length} ${allowedClients.length === 1 ? 'block' : 'blocks'})` : '';
  return intended === undefined || intended === state.access
    ? pass(`${IN_WORDS[state.access]}${who}${suffix}`)
    : fail(
        `${IN_WORDS[state.access]}${who}, but --access is ${intended}`,
        'set `appAccess` and redeploy; if the rules were changed by hand, restore the default action and the rules from priority 1000 on',
      );
}

function contradictions(state: AppState, { ingress }: CheckContext): CheckResult[] {
  const mostOpen = state.pages.filter(({ answer }) => answer !== 'refused');
  const different = state.pages.filter(({ answer }) => answer !== state.pages[0].answer);
  const uneven =
    different.length === 0
      ? []
      : [
          fail(
            `the app's pages answer a public client differently: ${some(mostOpen.map(({ page, answer }) => `${page} is ${ANSWERS[answer]}`))}, ${some(state.pages.filter(({ answer }) => answer === 'refused').map(({ page }) => page)) || 'no page'} refused`,
            'remove the rule that opens single pages, or change the default action to a fixed response 403',
          ),
        ];
  const ineffective = state.access === 'anyone' ? ingress!.rules.filter((rule) => restrictsTheApp(rule, state.process, ingress!.targets)) : [];
  return ineffective.length === 0
    ? uneven
    : [
        ...uneven,
        fail(
          `${some(ineffective.map(ruleName))} ${ineffective.length === 1 ? 'restricts' : 'restrict'} the app, and yet it is open to everyone`,
          'change the default action of the HTTPS listener to a fixed response 403: aws elbv2 modify-listener --default-actions ' +
            `'Type=fixed-response,FixedResponseConfig={StatusCode=403,ContentType=text/plain,MessageBody=Forbidden}' --listener-arn ${ingress!.listener.arn}`,
        ),
      ];
}

/** Returns whether a rule restricts clients and forwards to the app. */
function restrictsTheApp(
  { conditions, actions }: ListenerRule<RuleAction>,
  app: string,
  targets: Readonly<Record<string, { readonly process: string }>>,
): boolean {
  const restricts = conditions.some(({ field }) => field === 'source-ip') || actions.some(({ type }) => type.startsWith('authenticate-'));
  return restricts && actions.some(({ type, targetGroup }) => type === 'forward' && targets[targetGroup ?? '']?.process === app);
}
