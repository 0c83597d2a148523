import { fullDiff, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import { CREATE_ONLY, referencesOf, Update } from '../../../cli/updates/replacement';

const service = (properties: object) => ({ Type: 'AWS::ECS::Service', Properties: { Cluster: 'a', ...properties } });

test("every create-only property is one in CloudFormation's schemas", () => {
  const whole = Object.entries(CREATE_ONLY).flatMap(([type, paths]) => paths.filter((path) => !path.includes('.')).map((path) => [type, path]));
  const others = whole.filter(([type, path]) => {
    const template = (value: string) => ({ Resources: { Id: { Type: type, Properties: { [path]: value } } } });
    return fullDiff(template('a'), template('b')).resources.get('Id').changeImpact !== ResourceImpact.WILL_REPLACE;
  });
  expect(others).toEqual([]);
  expect(whole.length).toBeGreaterThan(20);
});

test('lists the changed properties of a resource that stays', () => {
  const before = { Resources: { Web: service({ DesiredCount: 1, PropagateTags: 'SERVICE' }) } };
  const after = { Resources: { Web: service({ DesiredCount: 2, ServiceRegistries: [] }) } };
  const [change] = new Update(before, after).changes('AWS::ECS::Service');
  expect(change).toMatchObject({ id: 'Web', properties: ['DesiredCount', 'PropagateTags', 'ServiceRegistries'], replaced: false });
});

test('a resource with another create-only property is replaced, and with it what refers to it in one', () => {
  const template = (scheme: string) => ({
    Resources: {
      Rule: { Type: 'AWS::ElasticLoadBalancingV2::ListenerRule', Properties: { ListenerArn: { Ref: 'Listener' } } },
      Listener: { Type: 'AWS::ElasticLoadBalancingV2::Listener', Properties: { LoadBalancerArn: { 'Fn::GetAtt': ['Balancer', 'Arn'] } } },
      Balancer: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Scheme: scheme } },
      Targets: { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Properties: { Port: 80 } },
    },
  });
  const update = new Update(template('internal'), template('internet-facing'));
  expect(['Rule', 'Listener', 'Balancer', 'Targets'].map((id) => update.isNew(id))).toEqual([true, true, true, false]);
});

test('a resource of another type or without a predecessor is new, and no change', () => {
  const update = new Update({ Resources: { Id: { Type: 'AWS::S3::Bucket' } } }, { Resources: { Id: service({}), Other: service({}) } });
  expect([update.isNew('Id'), update.isNew('Other'), update.changes('AWS::ECS::Service')]).toEqual([true, true, []]);
});

test('finds references at any depth', () => {
  expect(
    referencesOf({ a: [{ Ref: 'A' }, { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['B', 'Arn'] }, { 'Fn::GetAtt': 'C.Arn' }]] }], b: 'D', c: null }),
  ).toEqual(['A', 'B', 'C.Arn']);
});
