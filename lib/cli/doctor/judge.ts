import { Case, caseOf, Intention } from './case';
import { judgeAddressProxy } from './checks/address-proxy';
import { judgeApp } from './checks/app';
import { judgeAttributes } from './checks/attributes';
import { judgeCertificate } from './checks/certificate';
import { judgeEndpoints } from './checks/endpoints';
import { judgeInternal } from './checks/internal';
import { judgeListenerAttributes } from './checks/listener-attributes';
import { judgeListeners } from './checks/listeners';
import { judgeLiveEvents } from './checks/live-events';
import { judgeNeighbours } from './checks/neighbours';
import { judgeProxySettings } from './checks/proxy-settings';
import { judgeRedirect } from './checks/redirect';
import { checkRelease } from './checks/release';
import { judgeRewrites } from './checks/rewrites';
import { judgeServices } from './checks/services';
import { judgeTargetHealth } from './checks/target-health';
import { judgeTlsPolicy } from './checks/tls-policy';
import { judgeTrustedProxies } from './checks/trusted-proxies';
import { Deployment } from './deployment';
import { Finding, Judgement } from './finding';

/** Every check, in the order in which it is told. Adding one is one entry here and one file in `checks`. */
export const CHECKS: Readonly<Record<string, (judged: Case) => Judgement[]>> = {
  'listeners': judgeListeners,
  'tls-policy': judgeTlsPolicy,
  'certificate': judgeCertificate,
  'redirect': judgeRedirect,
  'attributes': judgeAttributes,
  'listener-attributes': judgeListenerAttributes,
  'endpoints': judgeEndpoints,
  'rewrites': judgeRewrites,
  'neighbours': judgeNeighbours,
  'app': judgeApp,
  'internal-paths': judgeInternal,
  'live-events': judgeLiveEvents,
  'targets': judgeTargetHealth,
  'services': judgeServices,
  'release': checkRelease,
  'trusted-proxies': judgeTrustedProxies,
  'proxy-settings': judgeProxySettings,
  'address-proxy': judgeAddressProxy,
};

/** What was found, and about what. */
export interface Diagnosis {
  readonly judged: Case;
  readonly findings: readonly Finding[];
}

/** Judges a deployment by every check. */
export function judge(deployment: Deployment, intention: Intention): Diagnosis {
  const judged = caseOf(deployment, intention);
  return { judged, findings: Object.entries(CHECKS).flatMap(([check, judgeOne]) => judgeOne(judged).map((judgement) => ({ check, ...judgement }))) };
}
