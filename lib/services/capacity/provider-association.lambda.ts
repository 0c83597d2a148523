import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, DescribeClustersCommand, ECSClient, PutClusterCapacityProvidersCommand } from '@aws-sdk/client-ecs';
import { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import type { AssociationRequest } from './association-request';
import { failureOf, timeLeft } from '../../private/lambda/custom-resource.lambda';
import { retry } from '../../private/lambda/retry.lambda';

const ECS = new ECSClient({ retryMode: 'standard', maxAttempts: 8 });

/** ECS changes one list at a time (UpdateInProgressException), and keeps a provider while tasks of a service still stop (ResourceInUseException). */
const BUSY = ['UpdateInProgressException', 'ResourceInUseException'];

/** A permission that is granted in the same deployment may not be effective yet. */
const DENIED = ['AccessDeniedException', 'AccessDenied'];

const PAUSE_MS = 5_000;

/** As many as the time of the function allows. */
const PAUSES = new Array<number>(180).fill(PAUSE_MS);

const ADVICE = { alternative: 'or move the services to Fargate first, and remove the instances in the next deployment' };

/**
 * Adds a capacity provider to the list of a cluster, and removes it when the resource is deleted.
 *
 * It runs behind the CDK's entry point for custom resources, which reports the result to CloudFormation.
 */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<{ PhysicalResourceId?: string }> {
  const request = event.ResourceProperties as Partial<AssociationRequest> | undefined;
  const { Cluster: name, CapacityProvider: provider } = request ?? {};
  try {
    if (!name || !provider) {
      throw new Error('the event must have Cluster and CapacityProvider; this resource must be created by PostHog');
    }
    const time = { abortSignal: AbortSignal.timeout(timeLeft(context)) };
    const deletes = event.RequestType === 'Delete';
    await retry(() => change(name, provider, !deletes, time), {
      isRetryable: (error) => error instanceof Error && [...BUSY, ...DENIED].includes(error.name),
      pauses: PAUSES,
      timeLeft: () => timeLeft(context),
    });
    // Another provider is another resource, so that CloudFormation deletes this one at the end of the update.
    return deletes ? {} : { PhysicalResourceId: `${name}/${provider}` };
  } catch (error) {
    console.error(error);
    const what = event.RequestType === 'Delete' ? 'removed from' : 'associated with';
    throw failureOf(`the capacity provider ${provider ?? '(not named)'} could not be ${what} the cluster ${name ?? '(not named)'}`, error, ADVICE);
  }
}

interface Time {
  readonly abortSignal: AbortSignal;
}

/** Makes the list of a cluster contain a provider, or not. */
async function change(name: string, provider: string, contains: boolean, time: Time): Promise<void> {
  const cluster = await describe(name, time);
  if (cluster === undefined && !contains) {
    return;
  }
  if (cluster === undefined) {
    throw new Error('there is no such cluster');
  }
  const { capacityProviders = [], defaultCapacityProviderStrategy = [] } = cluster;
  if (capacityProviders.includes(provider) !== contains) {
    const others = capacityProviders.filter((other) => other !== provider);
    const command = new PutClusterCapacityProvidersCommand({
      cluster: name,
      capacityProviders: contains ? [...others, provider] : others,
      defaultCapacityProviderStrategy: contains
        ? defaultCapacityProviderStrategy
        : defaultCapacityProviderStrategy.filter(({ capacityProvider }) => capacityProvider !== provider),
    });
    await ECS.send(command, time);
  }
  await settle(name, time);
}

/** Returns a cluster; undefined if it is deleted. */
async function describe(name: string, time: Time): Promise<Cluster | undefined> {
  const { clusters = [] } = await ECS.send(new DescribeClustersCommand({ clusters: [name], include: ['ATTACHMENTS'] }), time);
  return clusters.find(({ status }) => status === 'ACTIVE');
}

/** Waits until ECS has attached the scaling of the provider to its Auto Scaling group, or detached it. */
async function settle(name: string, time: Time): Promise<void> {
  for (;;) {
    const { attachmentsStatus, attachments = [] } = (await describe(name, time)) ?? {};
    if (attachmentsStatus === 'UPDATE_FAILED') {
      const failed = attachments.filter(({ status }) => status === 'FAILED').map(({ details }) => JSON.stringify(details));
      throw new Error(`ECS could not attach the scaling of the group: ${failed.join(', ') || 'it gave no reason'}`);
    }
    if (attachmentsStatus !== 'UPDATE_IN_PROGRESS') {
      return;
    }
    await sleep(PAUSE_MS, undefined, { signal: time.abortSignal });
  }
}
