import { AccountContext } from './context';
import { updateChecks } from './template-checks';
import { DeployedStack } from '../account/deployed-stack';
import { isUnavailable } from '../../aws/loaded';
import { CheckResult, fail, NamedCheckResult, pass, unknown, warning } from '../../doctor/check';

/** The result of each status of a stack, with the command that goes on. The first that matches counts. */
const STATUSES: readonly [pattern: RegExp, result: (text: string, name: string) => CheckResult][] = [
  [/^REVIEW_IN_PROGRESS$/, (text) => pass(`${text}: a change set was created and not executed`)],
  [
    /_IN_PROGRESS$/,
    (text, name) => fail(`${text}: CloudFormation refuses another deployment until it has ended`, `npx cdk-posthog watch --stack ${name}`),
  ],
  [
    /^ROLLBACK_COMPLETE$/,
    (text, name) =>
      warning(`${text}: its first deployment was rolled back; the CDK deletes the stack and creates it again`, `npx cdk deploy ${name}`),
  ],
  [
    /^(ROLLBACK|DELETE)_FAILED$/,
    (text, name) =>
      fail(
        `${text}: CloudFormation could not delete all resources`,
        `disable the deletion protection of its database and load balancer, then aws cloudformation delete-stack --stack-name ${name}`,
      ),
  ],
  [
    /^UPDATE_ROLLBACK_FAILED$/,
    (text, name) => fail(`${text}: the rollback must be completed first`, `aws cloudformation continue-update-rollback --stack-name ${name}`),
  ],
  [/^(CREATE|UPDATE)_FAILED$/, (text, name) => warning(`${text}: the next deployment goes on from there`, `npx cdk deploy ${name} --no-rollback`)],
];

/** Reports the status of each stack, and the changes between its deployed and its synthesised template that AWS refuses. */
export function stackChecks({ stacks, deployed }: AccountContext, compare: boolean): NamedCheckResult[] {
  const described = new Map(deployed.flatMap((stack) => (isUnavailable(stack) ? [] : [[stack.name, stack] as const])));
  const unavailable = deployed
    .filter((stack) => isUnavailable(stack))
    .map((stack): NamedCheckResult => ({ check: 'stack', ...unknown('a stack', stack) }));
  const results = stacks.flatMap(({ name, template }) => {
    const stack = described.get(name ?? '');
    return stack ? [statusResult(stack), ...(compare ? updateResults(stack, template) : [])] : [];
  });
  return [...unavailable, ...results];
}

function statusResult({ name, status, reason }: DeployedStack): NamedCheckResult {
  if (status === undefined) {
    return { check: 'stack', ...pass(`${name} is not deployed yet`) };
  }
  const text = `${name} is ${status}${reason ? ` (${reason})` : ''}`;
  const [, result] = STATUSES.find(([pattern]) => pattern.test(status)) ?? [undefined, () => pass(text)];
  return { check: 'stack', ...result(text, name) };
}

function updateResults({ name, template: from }: DeployedStack, to: Parameters<typeof updateChecks>[1]): NamedCheckResult[] {
  if (from === undefined) {
    return [];
  }
  return isUnavailable(from) ? [{ check: 'update', ...unknown(`the deployed template of ${name}`, from) }] : updateChecks(from, to, name);
}
