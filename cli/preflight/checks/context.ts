import { AccountApi } from '../account/account-api';
import { DeployedStack } from '../account/deployed-stack';
import { UsageApi } from '../account/usage-api';
import { CloudFormationTemplate } from '../../alb/template';
import { AwsRefusal } from '../../aws/aws-error';
import { isUnavailable, Loaded } from '../../aws/loaded';
import { CheckResult, NamedCheckResult, unknown } from '../../doctor/check';
import { SynthesisedStack } from '../../template/stacks';

/** The input of the checks of an account: one region, the stacks that the app has there, and what is deployed of them. */
export interface AccountContext {
  readonly api: AccountApi;
  readonly usage: UsageApi;
  readonly region: string;
  readonly stacks: readonly SynthesisedStack[];
  readonly templates: readonly CloudFormationTemplate[];
  readonly deployed: readonly Loaded<DeployedStack>[];
  /** Resolves the name servers of a domain in the public DNS. */
  readonly resolveNs: (domain: string) => Promise<string[]>;
}

/** Returns the stacks that could be described. */
export function describedStacks({ deployed }: AccountContext): DeployedStack[] {
  return deployed.filter((stack): stack is DeployedStack => !isUnavailable(stack));
}

/** Names the results of a check. If AWS refuses a request, the result is unknown, with the permission that is missing or AWS's error. */
export async function named(check: string, what: string, results: () => Promise<CheckResult[]>): Promise<NamedCheckResult[]> {
  let found: CheckResult[];
  try {
    found = await results();
  } catch (error) {
    if (!(error instanceof AwsRefusal)) {
      throw error;
    }
    found = [unknown(what, { unavailable: error.message })];
  }
  return found.map((result) => ({ check, ...result }));
}
