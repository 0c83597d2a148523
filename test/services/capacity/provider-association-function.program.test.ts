import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ProviderAssociation } from '../../../lib/services/capacity/provider-association';
import { Answer, Api, packedFunction } from '../../helpers/custom-resource';

const lambda = packedFunction((stack) => {
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-central-1a'] });
  const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'posthog', vpc });
  new ProviderAssociation(stack, 'Association', cluster, 'instances');
});

/** What Lambda must leave for the function to have fifteen seconds, and tell CloudFormation. */
const FIFTEEN_SECONDS = 75_000;

function event(type: string): object {
  return {
    RequestType: type,
    ResponseURL: 'https://localhost/answer?signature=secret',
    StackId: 'arn:stack',
    RequestId: 'request-1',
    LogicalResourceId: 'Association',
    ResourceType: 'Custom::PostHogProviderAssociation',
    ServiceToken: 'arn:function',
    ResourceProperties: { ServiceToken: 'arn:function', Cluster: 'posthog', CapacityProvider: 'instances' },
    ...(type === 'Create' ? {} : { PhysicalResourceId: 'posthog/instances' }),
  };
}

function error(type: string): ReturnType<Api> {
  return { status: 400, body: JSON.stringify({ __type: type, message: type }) };
}

const OTHERS = ['FARGATE', 'FARGATE_SPOT', 'theirs'];
const STRATEGY = [{ capacityProvider: 'theirs', weight: 1, base: 0 }];

/** A cluster of ECS with capacity providers, which refuses a number of changes first. */
class FakeCluster {
  public constructor(
    public providers: string[],
    private readonly options: { readonly refusals?: string[]; readonly status?: string; readonly isGone?: boolean } = {},
  ) {
    this.refusals = [...(options.refusals ?? [])];
  }

  public strategy: unknown;
  private readonly refusals: string[];

  public readonly api: Api = ({ action, json }) => {
    switch (action) {
      case 'DescribeClusters':
        return { status: 200, body: JSON.stringify({ clusters: this.options.isGone ? [] : [this.description] }) };
      case 'PutClusterCapacityProviders': {
        const refusal = this.refusals.shift();
        if (refusal) {
          return error(refusal);
        }
        this.providers = json.capacityProviders as string[];
        this.strategy = json.defaultCapacityProviderStrategy;
        return { status: 200, body: '{}' };
      }
      default:
        throw new Error(`the function has no permission for ${action}`);
    }
  };

  private get description(): object {
    const attachmentsStatus = this.options.status ?? 'UPDATE_COMPLETE';
    const attachments = [{ status: 'FAILED', details: [{ name: 'reason', value: 'no such group' }] }];
    return { status: 'ACTIVE', capacityProviders: this.providers, defaultCapacityProviderStrategy: STRATEGY, attachmentsStatus, attachments };
  }
}

async function answerOf(type: string, cluster: FakeCluster, time?: number): Promise<Answer> {
  const { answers } = await lambda.invoke(event(type), cluster.api, time);
  expect(answers).toHaveLength(1);
  return answers[0];
}

test('adds a provider to those of the cluster, whose strategy stays', async () => {
  const cluster = new FakeCluster(OTHERS);
  expect(await answerOf('Create', cluster)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'posthog/instances' });
  expect(cluster.providers).toEqual([...OTHERS, 'instances']);
  expect(cluster.strategy).toEqual(STRATEGY);
}, 60_000);

test('changes nothing if the cluster has the provider', async () => {
  await answerOf('Update', new FakeCluster([...OTHERS, 'instances']));
  expect(lambda.calls.map(({ action }) => action)).not.toContain('PutClusterCapacityProviders');
}, 60_000);

test('removes only its provider, once no task uses it', async () => {
  const cluster = new FakeCluster(['instances', ...OTHERS], { refusals: ['ResourceInUseException', 'UpdateInProgressException'] });
  expect(await answerOf('Delete', cluster, 120_000)).toMatchObject({ Status: 'SUCCESS' });
  expect(cluster.providers).toEqual(OTHERS);
}, 60_000);

test('is content with a cluster that is gone', async () => {
  expect(await answerOf('Delete', new FakeCluster([], { isGone: true }))).toMatchObject({ Status: 'SUCCESS' });
}, 60_000);

test.each([
  [
    'a provider that services still use',
    'Delete',
    new FakeCluster(['instances'], { refusals: Array<string>(9).fill('ResourceInUseException') }),
    'could not be removed from',
  ],
  ['a group that ECS cannot scale', 'Create', new FakeCluster(OTHERS, { status: 'UPDATE_FAILED' }), 'could not attach the scaling of the group'],
  ['a cluster that does not exist', 'Create', new FakeCluster([], { isGone: true }), 'there is no such cluster'],
])(
  'reports %s',
  async (_, type, cluster, message) => {
    const { Status, Reason } = await answerOf(type, cluster, FIFTEEN_SECONDS);
    expect({ Status, Reason }).toEqual({ Status: 'FAILED', Reason: expect.stringContaining(message) as string });
  },
  60_000,
);
