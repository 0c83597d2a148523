import type { Diagnosis } from './run-checks';
import { NamedCheckResult, Verdict } from './check-result';
import { ExitCode } from '../command';

const MARKS: Readonly<Record<Verdict, string>> = { right: '✓', wrong: '✗', unknown: '?', warning: '!' };

/** A diagnosis for a reader: a line each, and the fix below what is wrong. */
export function asText({ context: judged, results: findings }: Diagnosis): string {
  const { deployment: { loadBalancer, region, stack }, domain } = judged;
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, verdict, text, fix }) => [
    `${MARKS[verdict]} ${check.padEnd(width)}  ${text}`,
    ...(fix === undefined ? [] : [`  ${''.padEnd(width)}  fix: ${fix}`]),
  ]);
  const from = stack === undefined ? '' : `, of the stack ${stack}`;
  return [`Load balancer ${loadBalancer.name} in ${region}${from}, for ${domain ?? 'a name that nothing tells'}`, '', ...lines, '', summary(findings)].join('\n');
}

/** A diagnosis for a program. */
export function asJson({ context: { deployment, domain }, results: findings }: Diagnosis): string {
  const { loadBalancer, region, stack } = deployment;
  return JSON.stringify({ region, stack, loadBalancer: loadBalancer.arn, domain, summary: counts(findings), findings }, undefined, 2);
}

/**
 * How the program ends: what is wrong outweighs what is unknown, and what is unknown does not pass. Warnings pass.
 *
 * @param findings what was found
 * @param allowUnknown whether what could not be asked may pass
 */
export function exitCodeOf(findings: readonly NamedCheckResult[], allowUnknown: boolean): ExitCode {
  const { wrong, unknown } = counts(findings);
  if (wrong > 0) {
    return ExitCode.FINDINGS;
  }
  return unknown > 0 && !allowUnknown ? ExitCode.FAILED : ExitCode.OK;
}

function counts(findings: readonly NamedCheckResult[]): Record<Verdict, number> {
  const count = (wanted: Verdict) => findings.filter(({ verdict }) => verdict === wanted).length;
  return { right: count('right'), wrong: count('wrong'), unknown: count('unknown'), warning: count('warning') };
}

function summary(findings: readonly NamedCheckResult[]): string {
  const { right, wrong, unknown, warning } = counts(findings);
  return [`${right} right`, `${wrong} wrong`, ...unknown > 0 ? [`${unknown} not known`] : [], ...warning > 0 ? [`${warning} to look at`] : []].join(', ');
}
