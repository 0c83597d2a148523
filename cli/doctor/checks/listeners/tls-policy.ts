import { CheckContext, CheckResult, fail, pass } from '../../check';
import { tlsListener } from '../../deployment/deployed-ingress';

/**
 * The oldest version of TLS that a policy accepts, by its name.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
 */
const OLDEST: readonly (readonly [name: RegExp, version: string])[] = [
  [/^ELBSecurityPolicy-TLS13-1-3(-|$)/, '1.3'],
  [/^ELBSecurityPolicy-(TLS13-1-2|TLS-1-2|FS-1-2)(-|$)/, '1.2'],
  [/^ELBSecurityPolicy-(TLS13-1-1|TLS-1-1|FS-1-1)(-|$)/, '1.1'],
  [/^ELBSecurityPolicy-(TLS13-1-0|TLS-1-0|FS-2018-06|2015-05|2016-08)(-|$)/, '1.0'],
];

const GOOD = ['1.2', '1.3'];

/** Checks that old versions of TLS are refused. */
export function checkTlsPolicy({ deployment }: CheckContext): CheckResult[] {
  const listener = tlsListener(deployment);
  if (!listener) {
    return [];
  }
  const { tlsPolicy = 'none', arn } = listener;
  const oldest = OLDEST.find(([name]) => name.test(tlsPolicy))?.[1];
  if (oldest === undefined) {
    return [{ status: 'unknown', text: `the versions of TLS that the policy ${tlsPolicy} accepts are unknown` }];
  }
  return [
    GOOD.includes(oldest)
      ? pass(`TLS ${oldest} and newer only: ${tlsPolicy}`)
      : fail(
          `TLS ${oldest} is still accepted: ${tlsPolicy}`,
          `aws elbv2 modify-listener --listener-arn ${arn} --ssl-policy ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09`,
        ),
  ];
}
