import { CheckContext, checkContextOf, CheckOptions, CheckResult, NamedCheckResult } from './check';
import { checkAddressProxy } from './checks/client-ip/address-proxy';
import { checkApp } from './checks/routing/app';
import { checkAttributes, checkListenerAttributes } from './checks/listeners/attributes';
import { checkCertificate } from './checks/listeners/certificate';
import { checkEndpoints } from './checks/routing/endpoints';
import { checkHostNames } from './checks/listeners/host-names';
import { checkInternalPaths } from './checks/routing/internal';
import { checkListeners } from './checks/listeners/listeners';
import { checkLiveEvents } from './checks/routing/live-events';
import { checkAlarms } from './checks/services/alarms';
import { checkNeighbours } from './checks/routing/neighbours';
import { checkProxySettings } from './checks/client-ip/proxy-settings';
import { checkRedirect } from './checks/listeners/redirect';
import { checkHosts } from './checks/services/hosts';
import { checkRelease } from './checks/services/release';
import { checkRewrites } from './checks/routing/rewrites';
import { checkServices } from './checks/services/services';
import { checkTargetHealth } from './checks/services/target-health';
import { checkVolumes } from './checks/services/volumes';
import { checkTlsPolicy } from './checks/listeners/tls-policy';
import { checkTrustedProxies } from './checks/client-ip/trusted-proxies';
import { Deployment } from './deployment/deployment';

/** Every check, in the order of the report. To add one, add an entry here and a file in `checks`. */
export const CHECKS: Readonly<Record<string, (context: CheckContext) => CheckResult[]>> = {
  'listeners': checkListeners,
  'tls-policy': checkTlsPolicy,
  'certificate': checkCertificate,
  'host-names': checkHostNames,
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
  'hosts': checkHosts,
  'alarms': checkAlarms,
  'release': checkRelease,
  'volumes': checkVolumes,
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
