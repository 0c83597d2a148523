import { dockerHubPulls, Need, needsOf } from './needs';
import { Quota, QUOTAS } from './quotas';
import { CloudFormationTemplate } from '../alb/template';
import { fail, NamedCheckResult, pass, warning } from '../doctor/check';
import { refusedChanges } from '../updates/rules';

/**
 * The images that Docker Hub lets one address pull without an account, in six hours.
 *
 * @see https://docs.docker.com/docker-hub/usage/
 */
const DOCKER_HUB_PULLS = 100;

/** Returns a result for each quota, compared with the one of a new account, and one for Docker Hub. */
export function capacityChecks(templates: readonly CloudFormationTemplate[]): NamedCheckResult[] {
  const needs = needsOf(templates);
  return [...QUOTAS.filter(({ need }) => needs[need].rolling > 0).map((quota) => quotaCheck(quota, needs[quota.need])), dockerHubCheck(templates)];
}

/** Returns a result for each change between two templates of a stack that AWS refuses, or one if there is none. */
export function updateChecks(from: CloudFormationTemplate, to: CloudFormationTemplate): NamedCheckResult[] {
  const refused = refusedChanges(from, to);
  if (refused.length === 0) {
    return [{ check: 'update', ...pass('no change that AWS is known to refuse') }];
  }
  return refused.map(({ id, type, message, fix }) => ({ check: 'update', ...fail(`${id} (${type}): ${message}`, fix) }));
}

function quotaCheck({ name, service, code, newAccount, perAccount }: Quota, need: Need): NamedCheckResult {
  const { steady, rolling, scaledOut } = need;
  const most = Math.max(rolling, scaledOut);
  const amounts = [
    `${steady}`,
    ...(rolling > steady ? [`${rolling} during an update`] : []),
    ...(scaledOut > steady ? [`${scaledOut} scaled out`] : []),
  ].join(', ');
  const text = `${name}: ${amounts}; ${perAccount ? 'a new account has' : 'each has'} ${newAccount}`;
  if (most <= newAccount) {
    return { check: 'quota', ...pass(text) };
  }
  const request = `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${Math.ceil(most)}`;
  return { check: 'quota', ...warning(text, request) };
}

function dockerHubCheck(templates: readonly CloudFormationTemplate[]): NamedCheckResult {
  const pulls = dockerHubPulls(templates);
  const text = `Docker Hub: ${pulls} pulls by tasks if all start once; it allows an address ${DOCKER_HUB_PULLS} in six hours without an account`;
  const fix = 'copy the images to ECR, and name the copies with `release: PostHogRelease.of(...)`';
  return { check: 'images', ...(pulls > DOCKER_HUB_PULLS / 2 ? warning(text, fix) : pass(text)) };
}
