import { CheckContext, checkContextOf, CheckOptions } from './check-context';
import { checkAddressProxy } from './checks/address-proxy';
import { checkApp } from './checks/app';
import { checkAttributes } from './checks/attributes';
import { checkCertificate } from './checks/certificate';
import { checkEndpoints } from './checks/endpoints';
import { checkInternalPaths } from './checks/internal';
import { checkListenerAttributes } from './checks/listener-attributes';
import { checkListeners } from './checks/listeners';
import { checkLiveEvents } from './checks/live-events';
import { checkNeighbours } from './checks/neighbours';
import { checkProxySettings } from './checks/proxy-settings';
import { checkRedirect } from './checks/redirect';
import { checkRelease } from './checks/release';
import { checkRewrites } from './checks/rewrites';
import { checkServices } from './checks/services';
import { checkTargetHealth } from './checks/target-health';
import { checkTlsPolicy } from './checks/tls-policy';
import { checkTrustedProxies } from './checks/trusted-proxies';
import { Deployment } from './deployment';
import { NamedCheckResult, CheckResult } from './check-result';

/** Every check, in the order of the report. To add one, add an entry here and a file in `checks`. */
export const CHECKS: Readonly<Record<string, (context: CheckContext) => CheckResult[]>> = {
  'listeners': checkListeners,
  'tls-policy': checkTlsPolicy,
  'certificate': checkCertificate,
  'redirect': checkRedirect,
  'attributes': checkAttributes,
  'listener-attributes': checkListenerAttributes,
  'endpoints': checkEndpoints,
  'rewrites': checkRewrites,
  'neighbours': checkNeighbours,
  'app': checkApp,
  'internal-paths': checkInternalPaths,
  'live-events': checkLiveEvents,
  'targets': checkTargetHealth,
  'services': checkServices,
  'release': checkRelease,
  'trusted-proxies': checkTrustedProxies,
  'proxy-settings': checkProxySettings,
  'address-proxy': checkAddressProxy,
};

/** The results of all checks, with their input. */
export interface Diagnosis {
  readonly context: CheckContext;
  readonly results: readonly NamedCheckResult[];
}

/** Runs every check on a deployment. */
export function runDoctor(deployment: Deployment, options: CheckOptions): Diagnosis {
  const context = checkContextOf(deployment, options);
  return { context: context, results: Object.entries(CHECKS).flatMap(([check, run]) => run(context).map((result) => ({ check, ...result }))) };
}
