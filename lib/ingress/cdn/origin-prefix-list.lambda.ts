import { DescribeManagedPrefixListsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import type { PrefixListAnswer, PrefixListRequest } from './origin-access';
import { failureOf, timeLeft } from '../../private/lambda/custom-resource.lambda';

const RETRIES = { retryMode: 'standard', maxAttempts: 10 };
const FIX = 'or set `originPrefixListId` of PostHogCdn';

/**
 * Returns the id of a managed prefix list of AWS, for PostHogCdn. Its id differs from region to region, and is the same in all accounts.
 *
 * It runs behind the CDK's own entry point for custom resources, which reports its result or error to CloudFormation and keeps the physical id.
 */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<{ Data?: PrefixListAnswer }> {
  if (event.RequestType === 'Delete') {
    // Nothing was created.
    return {};
  }
  const { Name } = (event.ResourceProperties ?? {}) as Partial<PrefixListRequest>;
  try {
    const abortSignal = AbortSignal.timeout(timeLeft(context));
    const Filters = [{ Name: 'prefix-list-name', Values: [String(Name)] }];
    const { PrefixLists: lists = [] } = await new EC2Client(RETRIES).send(new DescribeManagedPrefixListsCommand({ Filters }), { abortSignal });
    const id = lists.length === 1 ? lists[0].PrefixListId : undefined;
    if (id === undefined) {
      throw new Error(`there must be one prefix list of this name, got: ${lists.length}; deploy in a region that has it, ${FIX}`);
    }
    return { Data: { PrefixListId: id } };
  } catch (error) {
    console.error(error);
    throw failureOf(`the prefix list ${Name ?? '(not named)'} could not be found`, error, { alternative: FIX });
  }
}
