import { CheckContext } from '../check-context';
import { isUnavailable } from '../deployment';
import { CheckResult, pass, unknown, fail } from '../check-result';
import { attribute, HEADER_ATTRIBUTES } from '../../alb/headers';

interface Rule {
  readonly attribute: { readonly key: string; readonly defaultValue: string };
  readonly wanted: string;
  readonly good: string;
  /** What a value that is not wanted does. */
  readonly bad: (value: string) => string;
}

const MONITOR = { key: 'routing.http.desync_mitigation_mode', defaultValue: 'defensive' };

const RULES: readonly Rule[] = [
  {
    attribute: HEADER_ATTRIBUTES.XFF_MODE,
    wanted: 'append',
    good: 'X-Forwarded-For ends with the address that connected',
    bad: (value) => (value === 'remove' ? 'X-Forwarded-For is removed, so every visitor seems to be the load balancer' : 'X-Forwarded-For is passed on as visitors write it, so they choose their address'),
  },
  {
    attribute: HEADER_ATTRIBUTES.XFF_CLIENT_PORT,
    wanted: 'false',
    good: 'X-Forwarded-For names addresses without ports',
    bad: () => 'X-Forwarded-For names ports, which versions of PostHog up to 2025 cannot read',
  },
  {
    attribute: HEADER_ATTRIBUTES.DROP_INVALID,
    wanted: 'true',
    good: 'headers with invalid names are dropped',
    bad: () => 'headers with invalid names are passed on, such as X_Forwarded_For, which servers may take for X-Forwarded-For',
  },
  {
    attribute: HEADER_ATTRIBUTES.PRESERVE_HOST,
    wanted: 'true',
    good: 'the Host header is passed on as the visitor wrote it',
    bad: () => 'the load balancer may change the Host header, which ALLOWED_HOSTS and the CSRF check compare',
  },
];

/** Whether requests are handed on as PostHog needs them. */
export function checkAttributes({ deployment: { attributes, loadBalancer } }: CheckContext): CheckResult[] {
  if (isUnavailable(attributes)) {
    return [unknown('the load balancer\'s attributes', attributes)];
  }
  const set = (key: string, value: string) => `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ${loadBalancer.arn} --attributes Key=${key},Value=${value}`;
  const judged = RULES.map(({ attribute: which, wanted, good, bad }) => {
    const value = attribute(attributes, which);
    return value === wanted ? pass(`${good} (${which.key} is ${value})`) : fail(`${bad(value)} (${which.key} is ${value})`, set(which.key, wanted));
  });
  return attribute(attributes, MONITOR) === 'monitor'
    ? [...judged, fail(`ambiguous requests, which two servers may read differently, are passed on (${MONITOR.key} is monitor)`, set(MONITOR.key, 'defensive'))]
    : judged;
}
