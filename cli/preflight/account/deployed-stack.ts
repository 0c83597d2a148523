import { StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { AccountApi } from './account-api';
import { orUnavailable } from '../../aws/aws-error';
import { isUnavailable, Loaded } from '../../aws/loaded';
import { Template } from '../../updates/replacement';

/** A stack of the app as it is deployed. */
export interface DeployedStack {
  readonly name: string;
  /** The status; undefined if the stack does not exist. */
  readonly status?: string;
  readonly reason?: string;
  /** The template; undefined if nothing is deployed. */
  readonly template?: Loaded<Template>;
  readonly resources: Loaded<readonly StackResourceSummary[]>;
}

/** The statuses of a stack without resources in use. */
const WITHOUT_RESOURCES = ['DELETE_COMPLETE', 'REVIEW_IN_PROGRESS'];

/** Describes a stack. A stack that does not exist is no error. */
export async function describeStack(api: AccountApi, name: string): Promise<Loaded<DeployedStack>> {
  const stack = await orUnavailable(api.stack(name).then((found) => ({ found })));
  if (isUnavailable(stack)) {
    return stack;
  }
  const { StackStatus: status, StackStatusReason: reason } = stack.found ?? {};
  if (status === undefined || WITHOUT_RESOURCES.includes(status)) {
    return { name, status: status === 'DELETE_COMPLETE' ? undefined : status, reason, resources: [] };
  }
  return {
    name,
    status,
    reason,
    // What a rollback of the first deployment leaves is no deployment to compare with.
    template: status.startsWith('ROLLBACK_') ? undefined : await orUnavailable(api.template(name).then(parse)),
    resources: await orUnavailable(api.stackResources(name)),
  };
}

function parse(body: string): Loaded<Template> {
  try {
    const template = JSON.parse(body) as Partial<Template>;
    return template.Resources ? (template as Template) : { unavailable: 'its deployed template has no Resources' };
  } catch {
    return { unavailable: 'its deployed template is not JSON, so the CDK did not write it' };
  }
}

/** Returns the resource of a stack with a logical id, if it exists in the account. */
export function existingResource(stack: DeployedStack, id: string): StackResourceSummary | undefined {
  // The CDK deletes the stack before it creates it again, without what the stack retains.
  if (isUnavailable(stack.resources) || stack.status?.startsWith('ROLLBACK_')) {
    return undefined;
  }
  return stack.resources.find(
    ({ LogicalResourceId, PhysicalResourceId, ResourceStatus }) =>
      LogicalResourceId === id && PhysicalResourceId && !['CREATE_FAILED', 'DELETE_COMPLETE'].includes(ResourceStatus ?? ''),
  );
}
