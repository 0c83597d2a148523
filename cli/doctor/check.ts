import { Deployment } from './deployment/deployment';
import { Unavailable } from '../aws/loaded';
import { likelyDomain } from './deployment/domain';
import { DeployedIngress, deployedIngress, tlsListener } from './deployment/deployed-ingress';
import { ReleaseDescription } from '../../lib/internal';
import { Access } from '../ingress/access';
import { ProbeContext, probeAddressesOf } from '../ingress/probes';

/** Options of the checks: the intended state. */
export interface CheckOptions {
  /** The domain name that clients use. Default: the one that most parts of the deployment have. */
  readonly domain?: string;
  /** The host name whose rules are checked, such as a further one. Default: `domain`. */
  readonly host?: string;
  /** The intended access to the app. Default: the actual one. */
  readonly access?: Access;
  /** The deployed release, if it is not one of the library. */
  readonly release?: ReleaseDescription;
  /** Maximum age of a release in days. Default: 60. */
  readonly maxReleaseAge?: number;
  readonly now: Date;
}

/** The input of a check. */
export interface CheckContext extends CheckOptions, ProbeContext {
  readonly deployment: Deployment;
  /** The ingress; undefined if no listener terminates TLS. */
  readonly ingress?: DeployedIngress;
}

/** Creates the input of the checks for a deployment. */
export function checkContextOf(deployment: Deployment, options: CheckOptions): CheckContext {
  const domain = options.domain ?? likelyDomain(deployment, tlsListener(deployment));
  const host = options.host ?? domain;
  const ingress = deployedIngress(deployment, host);
  return { ...options, domain, host, deployment, ingress, ...probeAddressesOf(ingress?.rules ?? []) };
}

/** Lists the first items, and the number of the others. */
export function some(items: readonly string[], most = 4): string {
  const more = items.length - most;
  return more > 0 ? `${items.slice(0, most).join(', ')} and ${more} more` : items.join(', ');
}

/** The status of a check. `unknown`: the data could not be loaded. `warning`: nothing is broken, but somebody should look at it. */
export type CheckStatus = 'pass' | 'fail' | 'unknown' | 'warning';

/** The result of a check. */
export interface CheckResult {
  readonly status: CheckStatus;
  readonly text: string;
  /** The fix, if the check failed. */
  readonly fix?: string;
}

/** A result with the name of its check. */
export interface NamedCheckResult extends CheckResult {
  readonly check: string;
}

/** Returns a passed result. */
export function pass(text: string): CheckResult {
  return { status: 'pass', text };
}

/** Returns a failed result with its fix. */
export function fail(text: string, fix: string): CheckResult {
  return { status: 'fail', text, fix };
}

/** Returns a warning. */
export function warning(text: string, fix?: string): CheckResult {
  return { status: 'warning', text, ...(fix === undefined ? {} : { fix }) };
}

/** Returns a result for data that could not be loaded. */
export function unknown(what: string, { unavailable }: Unavailable): CheckResult {
  return { status: 'unknown', text: `${what}: ${unavailable}` };
}
