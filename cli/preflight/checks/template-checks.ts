import { Need } from '../need';
import { dockerHubPulls, needsOf } from '../needs';
import { increase, Quota, QUOTAS } from '../quotas';
import { CloudFormationTemplate } from '../../alb/template';
import { fail, NamedCheckResult, pass, warning } from '../../doctor/check';
import { refusedChanges } from '../../updates/rules';

/**
 * The images that Docker Hub lets one address pull without an account, in six hours.
 *
 * @see https://docs.docker.com/docker-hub/usage/
 */
const DOCKER_HUB_PULLS = 100;

/** Returns a result for each quota, compared with the one of a new account, and one for Docker Hub. */
export function capacityChecks(templates: readonly CloudFormationTemplate[]): NamedCheckResult[] {
  const needs = needsOf(templates);
  return [...neededQuotas(templates).map((quota) => newAccountCheck(quota, needs[quota.need])), dockerHubCheck(templates)];
}

/** Returns the quotas that count something which the templates have. */
export function neededQuotas(templates: readonly CloudFormationTemplate[]): Quota[] {
  const needs = needsOf(templates);
  return QUOTAS.filter(({ need }) => needs[need].rolling > 0);
}

/** Returns the amounts of a need as text: `20, 40 during an update, 71.75 scaled out`. */
export function amountsOf({ steady, rolling, scaledOut }: Need): string {
  return [`${steady}`, ...(rolling > steady ? [`${rolling} during an update`] : []), ...(scaledOut > steady ? [`${scaledOut} scaled out`] : [])].join(
    ', ',
  );
}

/** Returns a result for each change between two templates of a stack that AWS refuses, or one if there is none. */
export function updateChecks(from: CloudFormationTemplate, to: CloudFormationTemplate, stack?: string): NamedCheckResult[] {
  const refused = refusedChanges(from, to);
  const where = stack === undefined ? '' : `${stack}: `;
  if (refused.length === 0) {
    return [{ check: 'update', ...pass(`${where}no change that AWS is known to refuse`) }];
  }
  return refused.map(({ id, type, message, fix }) => ({ check: 'update', ...fail(`${where}${id} (${type}): ${message}`, fix) }));
}

/** Returns the result for the pulls from Docker Hub, which counts them by the address of the NAT gateway. */
export function dockerHubCheck(templates: readonly CloudFormationTemplate[]): NamedCheckResult {
  const pulls = dockerHubPulls(templates);
  const text = `Docker Hub: ${pulls} pulls by tasks if all start once; it allows an address ${DOCKER_HUB_PULLS} in six hours without an account`;
  const fix = 'pull through ECR with `release.withImagesFrom(...)`, or with an account by `registryCredentials` (docs/images.md)';
  return { check: 'images', ...(pulls > DOCKER_HUB_PULLS / 2 ? warning(text, fix) : pass(text)) };
}

function newAccountCheck(quota: Quota, need: Need): NamedCheckResult {
  const { name, newAccount, perAccount } = quota;
  const most = Math.max(need.rolling, need.scaledOut);
  const text = `${name}: ${amountsOf(need)}; ${perAccount ? 'a new account has' : 'each has'} ${newAccount}`;
  return { check: 'quota', ...(most <= newAccount ? pass(text) : warning(text, increase(quota, most))) };
}
