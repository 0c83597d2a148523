import { Template } from 'aws-cdk-lib/assertions';
import { newOneOffTask } from './one-off-fixture';
import { newStack } from '../helpers/stack';

function functionStatementsOf(template: Template): Record<string, unknown>[] {
  const [role] = Object.values(template.findResources('AWS::IAM::Role')).filter(({ Properties }) => JSON.stringify(Properties).includes('lambda.amazonaws.com'));
  const { Policies } = (role as { Properties: { Policies: { PolicyDocument: { Statement: Record<string, unknown>[] } }[] } }).Properties;
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

test('is asked of one function, however many there are', () => {
  const stack = newStack();
  newOneOffTask(stack, 'One');
  newOneOffTask(stack, 'Two');
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Lambda::Function', 1);
  template.resourceCountIs('Custom::PostHogOneOffTask', 2);
  template.hasResourceProperties('AWS::Lambda::Function', { Runtime: 'nodejs24.x', Timeout: 900 });
});

test('may run its own task in its own cluster, and pass the task\'s own roles on, and nothing else', () => {
  const stack = newStack();
  newOneOffTask(stack);
  const statements = functionStatementsOf(Template.fromStack(stack));
  const actions = statements.map(({ Action }) => Action);
  expect(actions).toEqual([['logs:CreateLogStream', 'logs:PutLogEvents'], 'ecs:RunTask', ['ecs:DescribeTasks', 'ecs:StopTask'], 'iam:PassRole']);
  expect(statements.filter(({ Resource }) => Resource === '*')).toEqual([]);
  expect(JSON.stringify(statements[1].Resource)).toContain(':task-definition/StackOnceTask');
  expect(JSON.stringify(statements[1].Resource)).toMatch(/:\*"\]\]\}$/);
  expect(JSON.stringify(statements[2].Resource)).toMatch(/":task\/",\{"Ref":"Cluster\w+"\},"\/\*"\]\]\}$/);
  const inCluster = { ArnEquals: { 'ecs:cluster': { 'Fn::GetAtt': [expect.stringMatching(/^Cluster/), 'Arn'] } } };
  expect([statements[1].Condition, statements[2].Condition]).toEqual([inCluster, inCluster]);
  expect(statements[3].Resource).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(/^OnceTaskTaskRole/), 'Arn'] }, { 'Fn::GetAtt': [expect.stringMatching(/^OnceTaskExecutionRole/), 'Arn'] }]);
});

test('runs in private, and again whenever its task changes', () => {
  const stack = newStack();
  newOneOffTask(stack);
  const [resource] = Object.values(Template.fromStack(stack).findResources('Custom::PostHogOneOffTask')) as { Properties: Record<string, unknown>; DependsOn: string[] }[];
  expect(resource.Properties).toMatchObject({ TaskDefinition: { Ref: expect.stringMatching(/^OnceTask/) as string }, Purpose: 'making the topics of Kafka', ServiceTimeout: '1200' });
  expect(JSON.stringify(resource.Properties.Subnets)).toContain('PrivateSubnet');
  expect(resource.DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/^OnceSecurityGroup/), expect.stringMatching(/^OnceTaskExecutionRole/)]));
});
