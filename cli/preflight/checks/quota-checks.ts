import { AccountContext, describedStacks, named } from './context';
import { amountsOf, neededQuotas } from './template-checks';
import { usageOf } from '../account/usage';
import { CloudFormationTemplate } from '../../alb/template';
import { isUnavailable } from '../../aws/loaded';
import { CheckResult, fail, NamedCheckResult, pass, warning } from '../../doctor/check';
import { Need } from '../need';
import { needsOf } from '../needs';
import { increase, Quota } from '../quotas';

/** The region that has the quotas of IAM. */
const IAM_REGION = 'us-east-1';

/** Compares each quota that the stacks need with its value in the account, less what other resources use. */
export async function quotaChecks(context: AccountContext): Promise<NamedCheckResult[]> {
  const { api, templates } = context;
  const [needs, own] = [needsOf(templates), needsOf(deployedTemplates(context))];
  const usage = usageOf(context.usage, api, templates);
  const results: NamedCheckResult[] = [];
  // One after the other: Service Quotas allows few requests a second.
  for (const quota of neededQuotas(templates)) {
    const read = async () => {
      const isIam = quota.need === 'roles';
      const value = isIam ? (await api.iamSummary()).RolesQuota : await api.quota(quota.service, quota.code);
      const inUse = await usage[quota.need]?.();
      // What is deployed of the app itself is no other use.
      const others = inUse === undefined ? undefined : Math.max(0, inUse - (quota.perAccount ? own[quota.need].steady : 0));
      return [quotaResult(quota, needs[quota.need], value, others, isIam ? IAM_REGION : context.region)];
    };
    results.push(...(await named('quota', `${quota.name}: ${amountsOf(needs[quota.need])}`, read)));
  }
  return results;
}

/** Returns the result for one quota. It fails if not even the minimum number of tasks fits, and warns if an update or scaling does not. */
export function quotaResult(quota: Quota, need: Need, value: number | undefined, others: number | undefined, region: string): CheckResult {
  const { name, perAccount } = quota;
  const amounts = `${name}: ${amountsOf(need)}`;
  if (value === undefined) {
    return { status: 'unknown', text: `${amounts}: Service Quotas has no value` };
  }
  const text = `${amounts}; ${perAccount ? 'the account has' : 'each has'} ${value}, ${others === undefined ? 'in use unknown' : `${rounded(others)} in other use`}`;
  const most = Math.max(need.rolling, need.scaledOut);
  const available = value - (others ?? 0);
  const fix = increase(quota, most + (others ?? 0), region);
  if (need.steady > available) {
    return fail(text, fix);
  }
  return most > available ? warning(text, fix) : pass(text);
}

function deployedTemplates(context: AccountContext): CloudFormationTemplate[] {
  return describedStacks(context).flatMap(({ template }) => (template === undefined || isUnavailable(template) ? [] : [template]));
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
