import { AccountContext, describedStacks, named } from './context';
import { CloudFormationTemplate, logicalId, ofType, referenced } from '../../alb/template';
import { CheckResult, fail, NamedCheckResult, pass, warning } from '../../doctor/check';
import { capacityKindOf, hostGroupsOf } from '../../template/template-capacity';
import { launchTemplateOf, servicesOf } from '../../template/template-services';
import { existingResource } from '../account/deployed-stack';

const ENABLE = 'aws ecs put-account-setting-default --name awsvpcTrunking --value enabled';

type Properties = Readonly<Record<string, unknown>>;

/** Checks what the hosts of tasks need of the account: ENI trunking, and subnets of their own account. */
export function hostChecks(context: AccountContext): Promise<NamedCheckResult[]> {
  const { templates } = context;
  const kinds = templates.flatMap((template) => servicesOf(template).map(([, service]) => capacityKindOf(template, service)));
  if (!kinds.includes('instances') && !kinds.includes('other')) {
    return Promise.resolve([]);
  }
  return named('hosts', 'ENI trunking (awsvpcTrunking)', async () => {
    const { value, account } = await context.usage.trunking();
    return [
      ...(kinds.includes('instances') ? await ownResults(context, value) : []),
      ...(kinds.includes('other') ? [otherResult(value)] : []),
      ...(await subnetResults(context, account)),
    ];
  });
}

/** Returns the results for the hosts of the app. They enable trunking before they register, so only a later change of their role matters. */
async function ownResults(context: AccountContext, byDefault: string): Promise<CheckResult[]> {
  const own = pass(`ENI trunking: hosts enable it for their own role; it is ${byDefault} by default in this account and region`);
  const roles = context.templates.flatMap((template) => roleIdsOf(template)).flatMap((id) => roleNames(context, id));
  const changed = await Promise.all(roles.map((name) => context.api.roleArn(name).then((arn) => (arn === undefined ? [] : settingOf(context, arn)))));
  return [own, ...changed.flat()];
}

async function settingOf({ usage }: AccountContext, role: string): Promise<CheckResult[]> {
  const { value } = await usage.trunking(role);
  return value === 'enabled'
    ? []
    : [
        warning(
          `ENI trunking is ${value} for ${role}, the role of existing hosts: the next host enables it, the others run two or three tasks each`,
          'npx cdk-posthog runbook hosts',
        ),
      ];
}

function otherResult(value: string): CheckResult {
  const text = `ENI trunking is ${value} by default, for the hosts of a capacity provider that the app does not define`;
  return value === 'enabled'
    ? pass(text)
    : warning(`${text}: unless their role enables it, each runs two or three tasks`, `let the hosts enable it for their role, or: ${ENABLE}`);
}

/** Returns a failure for subnets of other accounts: ECS does not support ENI trunking in them. */
async function subnetResults({ templates, usage }: AccountContext, account: string | undefined): Promise<CheckResult[]> {
  const ids = [...new Set(templates.flatMap(hostGroupsOf).flatMap(({ subnets }) => subnets))].filter((id) => typeof id === 'string');
  if (account === undefined || ids.length === 0) {
    return [];
  }
  const shared = (await usage.subnets(ids)).filter(({ OwnerId }) => OwnerId !== undefined && OwnerId !== account);
  return shared.map(({ SubnetId, OwnerId }) =>
    fail(
      `the subnet ${SubnetId} of the hosts belongs to the account ${OwnerId}: a host with ENI trunking cannot register there`,
      'use Fargate, or a VPC of this account',
    ),
  );
}

/** Returns the logical ids of the roles of hosts. */
function roleIdsOf(template: CloudFormationTemplate): string[] {
  const groups = new Set(hostGroupsOf(template).map(({ id }) => id));
  return ofType<Properties>(template, 'AWS::AutoScaling::AutoScalingGroup')
    .filter(([id]) => groups.has(id))
    .flatMap(([, group]) => {
      const { Arn } = launchTemplateOf(template, group)?.IamInstanceProfile ?? {};
      const { Roles = [] } = referenced<{ readonly Roles?: readonly unknown[] }>(template, 'AWS::IAM::InstanceProfile', Arn) ?? {};
      return Roles.flatMap((role) => logicalId(role) ?? []);
    });
}

/** Returns the names of the deployed roles with a logical id. */
function roleNames(context: AccountContext, id: string): string[] {
  return describedStacks(context).flatMap((stack) => existingResource(stack, id)?.PhysicalResourceId ?? []);
}
