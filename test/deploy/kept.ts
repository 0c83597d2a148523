import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { World } from './world';

/** The values of secrets, by their ARNs. */
export async function secretValues(world: World, arns: string[]): Promise<Record<string, string>> {
  const values = await Promise.all(arns.map((SecretId) => world.secretsManager.send(new GetSecretValueCommand({ SecretId }))));
  return Object.fromEntries(values.map(({ SecretString }, i) => [arns[i], SecretString!]));
}

/** The names of all log groups of the account. */
export async function logGroupNames(world: World): Promise<string[]> {
  const { logGroups = [] } = await world.logs.send(new DescribeLogGroupsCommand());
  return logGroups.map(({ logGroupName }) => logGroupName!);
}
