import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { allowCloudFront } from '../../../lib/ingress/cdn/origin-access';
import { ec2Error, LOAD_BALANCER } from '../client-address/load-balancer-apis';
import { Api, Invocation, packedFunction } from '../../helpers/custom-resource';

const NAME = 'com.amazonaws.global.cloudfront.origin-facing';

const lambda = packedFunction((stack) => {
  const attributes = { loadBalancerArn: LOAD_BALANCER, securityGroupId: 'sg-1' };
  allowCloudFront(stack, ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'LoadBalancer', attributes));
});

function event(type: string): object {
  return {
    RequestType: type,
    RequestId: '11111111-2222-3333-4444-555555555555',
    LogicalResourceId: 'CdnOriginFacing',
    StackId: 'arn:aws:cloudformation:eu-central-1:111122223333:stack/Stack/1',
    ResourceType: 'Custom::PostHogPrefixList',
    ResponseURL: 'https://localhost/response?signature=secret',
    ResourceProperties: { ServiceToken: 'arn', Name: NAME },
    ...(type === 'Create' ? {} : { PhysicalResourceId: 'existing-id' }),
  };
}

/** Stub of EC2 in a region with these prefix lists. */
function region(...ids: string[]): Api {
  const items = ids.map((id) => `<item><prefixListId>${id}</prefixListId><prefixListName>${NAME}</prefixListName></item>`).join('');
  return () => ({
    status: 200,
    body:
      '<DescribeManagedPrefixListsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1</requestId>' +
      `<prefixListSet>${items}</prefixListSet></DescribeManagedPrefixListsResponse>`,
  });
}

function outcome({ answers }: Invocation): unknown[] {
  return answers.map(({ Status, Data, Reason }) => [Status, Data ?? Reason]);
}

describe('the bundled function', () => {
  test.each(['Create', 'Update'])('returns the id of the prefix list on %s', async (type) => {
    expect(outcome(await lambda.invoke(event(type), region('pl-a3a144ca')))).toEqual([['SUCCESS', { PrefixListId: 'pl-a3a144ca' }]]);
    expect(
      lambda.calls.map(({ action, parameters, signed }) => [action, parameters['Filter.1.Name'], parameters['Filter.1.Value.1'], signed]),
    ).toEqual([['DescribeManagedPrefixLists', 'prefix-list-name', NAME, true]]);
  });

  test('fails in a region without the prefix list', async () => {
    expect(outcome(await lambda.invoke(event('Create'), region()))).toEqual([
      [
        'FAILED',
        expect.stringContaining(
          `the prefix list ${NAME} could not be found: there must be one prefix list of this name, got: 0; deploy in a region that has it, or set ` +
            '`originPrefixListId` of PostHogCdn',
        ),
      ],
    ]);
  });

  test('says what to do when the call is denied', async () => {
    const denied = () => ec2Error(403, 'UnauthorizedOperation', 'You are not authorized to perform this operation');
    expect(outcome(await lambda.invoke(event('Create'), denied))).toEqual([
      ['FAILED', expect.stringMatching(/UnauthorizedOperation|not authorized.*service control policy.*originPrefixListId/)],
    ]);
  });

  test('does nothing when the resource is deleted', async () => {
    const { answers } = await lambda.invoke(event('Delete'), region());
    expect(answers.map(({ Status }) => Status)).toEqual(['SUCCESS']);
    expect(lambda.calls).toEqual([]);
  });
});
