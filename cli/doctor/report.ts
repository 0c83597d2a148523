import type { Diagnosis } from './run-checks';
import { NamedCheckResult, CheckStatus } from './check';
import { ExitCode } from '../command';

const MARKS: Readonly<Record<CheckStatus, string>> = { pass: '✓', fail: '✗', unknown: '?', warning: '!' };

/** Formats a diagnosis as text: a line for each result, and the fix below a failed one. */
export function asText({ context, results }: Diagnosis): string {
  const {
    deployment: { loadBalancer, region, stack },
    domain,
    host,
  } = context;
  const from = stack === undefined ? '' : `, of the stack ${stack}`;
  const names = domain === undefined || domain === host ? (host ?? 'an unknown domain') : `${host}, a further name of ${domain}`;
  return [`Load balancer ${loadBalancer.name} in ${region}${from}, for ${names}`, '', resultsText(results)].join('\n');
}

/** Formats results as text: a line for each, the fix below a failed one, and the counts at the end. */
export function resultsText(results: readonly NamedCheckResult[]): string {
  const width = Math.max(...results.map(({ check }) => check.length));
  const lines = results.flatMap(({ check, status, text, fix }) => [
    `${MARKS[status]} ${check.padEnd(width)}  ${text}`,
    ...(fix === undefined ? [] : [`  ${''.padEnd(width)}  fix: ${fix}`]),
  ]);
  return [...lines, '', summary(results)].join('\n');
}

/** Formats a diagnosis as JSON. */
export function asJson({ context: { deployment, domain, host }, results }: Diagnosis): string {
  const { loadBalancer, region, stack } = deployment;
  return JSON.stringify({ region, stack, loadBalancer: loadBalancer.arn, domain, host, summary: counts(results), results }, undefined, 2);
}

/**
 * Returns the exit code: a failed check outweighs an unknown one, and an unknown one does not pass. Warnings pass.
 *
 * @param results the results of all checks
 * @param allowUnknown whether an unknown result may pass
 */
export function exitCodeOf(results: readonly NamedCheckResult[], allowUnknown: boolean): ExitCode {
  const { fail, unknown } = counts(results);
  if (fail > 0) {
    return ExitCode.NOT_OK;
  }
  return unknown > 0 && !allowUnknown ? ExitCode.FAILED : ExitCode.OK;
}

/** Returns the number of results of each status. */
export function counts(results: readonly NamedCheckResult[]): Record<CheckStatus, number> {
  const count = (wanted: CheckStatus) => results.filter(({ status }) => status === wanted).length;
  return { pass: count('pass'), fail: count('fail'), unknown: count('unknown'), warning: count('warning') };
}

function summary(results: readonly NamedCheckResult[]): string {
  const { pass, fail, unknown, warning } = counts(results);
  return [
    `${pass} passed`,
    `${fail} failed`,
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
    ...(warning > 0 ? [`${warning} ${warning === 1 ? 'warning' : 'warnings'}`] : []),
  ].join(', ');
}
