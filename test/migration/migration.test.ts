import { kafkaTopics } from '../../lib/stores/kafka/kafka-topics';
import { App, CfnResource, Duration, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AuroraPostgres, Postgres, PostgresAttributes } from '../../lib';
import { databaseBackup } from '../../lib/migration/database-backup';
import { newStack, only } from '../helpers/stack';
import { idOf, ofType, statementsOf } from '../helpers/template';
import { APP_IMAGE, newMigration, templateOf, topicsOf, vpcOf, withOptions } from './fixture';

/** The logical ids of what belongs to one run. */
function runOf(template: Template): Record<'handle' | 'start' | 'condition', string> {
  const only1 = (type: string) => {
    const ids = Object.keys(template.findResources(type));
    expect(ids).toHaveLength(1);
    return ids[0];
  };
  return {
    handle: only1('AWS::CloudFormation::WaitConditionHandle'),
    start: only1('Custom::PostHogMigration'),
    condition: only1('AWS::CloudFormation::WaitCondition'),
  };
}

describe('a run', () => {
  test('starts after its dependencies, and the wait condition has its timeout', () => {
    const template = templateOf();
    const { handle, start, condition } = runOf(template);
    const { Properties, DependsOn } = template.findResources('Custom::PostHogMigration')[start] as {
      Properties: Record<string, unknown>;
      DependsOn: string[];
    };
    expect(Properties).toMatchObject({
      Url: { Ref: handle },
      StateMachine: { Ref: expect.stringMatching(/^MigrationStateMachine/) as string },
      Release: '2026-09-11',
      ServiceTimeout: '1200',
      Endpoint: { 'Fn::Join': ['', ['https://states.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] },
      TaskDefinition: { Ref: expect.stringMatching(/^MigrationTaskDefinition/) as string },
      Cluster: { 'Fn::GetAtt': [expect.stringMatching(/^Cluster/), 'Arn'] },
    });
    for (const part of [
      /^MigrationSecurityGroup/,
      /^MigrationStateMachineRole/,
      /^MigrationStateMachineConcludeRole/,
      /^MigrationTaskExecutionRole/,
    ]) {
      expect(DependsOn).toContainEqual(expect.stringMatching(part));
    }
    expect(template.findResources('AWS::CloudFormation::WaitCondition')[condition]).toMatchObject({
      Properties: { Handle: { Ref: handle }, Timeout: '21600', Count: 1 },
      DependsOn: [start],
    });
  });

  test('runs after its dependencies, and dependents wait for its end', () => {
    const stack = newStack();
    const migration = newMigration(stack);
    const before = new CfnResource(stack, 'Before', { type: 'Test::Before' });
    const after = new CfnResource(stack, 'After', { type: 'Test::After' });
    migration.runAfter(before);
    after.node.addDependency(migration);
    const template = Template.fromStack(stack);
    const { start, condition } = runOf(template);
    expect((template.findResources('Custom::PostHogMigration')[start] as { DependsOn: string[] }).DependsOn).toContain('Before');
    expect(template.findResources('Test::After').After).toMatchObject({ DependsOn: [condition] });
  });

  const RUNS: readonly [change: string, template: () => Template][] = [
    ['another image', () => templateOf(() => ({ release: { name: '2026-09-11', image: 'posthog/posthog:other' } }))],
    ['another release of the same image', () => templateOf(() => ({ release: { name: 'other', image: APP_IMAGE } }))],
    ['another setting', () => templateOf(() => ({ settings: { environment: { DEPLOYMENT: 'other' }, secrets: {} } }))],
    ['topics', () => templateOf((stack) => ({ topics: topicsOf(stack) }))],
    ['more partitions', () => templateOf((stack) => ({ topics: { ...topicsOf(stack)!, topics: kafkaTopics(7) } }))],
    ['more memory', () => withOptions({ memoryLimitMiB: 16384 })],
    ['another limit', () => withOptions({ minFreeDiskPercent: 10 })],
    ['another time to wait, which CloudFormation cannot change', () => withOptions({ timeout: Duration.hours(7) })],
    ['a wish', () => withOptions({ trigger: 'once more' })],
    ['another wish', () => withOptions({ trigger: 'and again' })],
  ];

  test('has new logical ids after a change, and the same ones otherwise', () => {
    const all = [['nothing', () => templateOf()] as const, ...RUNS].map(([change, template]) => ({ change, ...runOf(template()) }));
    for (const part of ['handle', 'start', 'condition'] as const) {
      expect(new Set(all.map((run) => run[part])).size).toBe(all.length);
    }
    expect(runOf(templateOf())).toEqual(runOf(templateOf()));
  });

  test('has the ids of the task definition as it is at each synthesis, also after it was asked for them, and after another synthesis', () => {
    const stack = newStack();
    const { taskDefinition } = newMigration(stack);
    const idsWith = (cpu: string) => {
      (taskDefinition.node.defaultChild as CfnTaskDefinition).cpu = cpu;
      const { template } = (stack.node.root as App).synth({ force: true }).getStackByName(stack.stackName) as { template: object };
      return runOf(Template.fromJSON(template));
    };
    stack.resolve(stack.getLogicalId(stack.node.findChild('Migration').node.findChild('Run').node.findChild('Handle') as CfnResource));
    const [first, second, third] = ['1024', '2048', '1024'].map(idsWith);
    expect(second.start).not.toBe(first.start);
    expect(third).toEqual(first);
  });

  test("keeps its logical ids if only the load balancer's addresses change", () => {
    const behind = (proxies: string) => runOf(templateOf(() => ({ settings: { environment: { TRUSTED_PROXIES: proxies }, secrets: {} } })));
    expect(behind('10.0.0.4')).toEqual(behind('10.0.0.4,10.0.0.99'));
  });
});

test('two migrations in one stack share one function, which has permissions for the tasks of both', () => {
  const stack = newStack();
  newMigration(stack, {}, 'One');
  newMigration(stack, {}, 'Two');
  const template = Template.fromStack(stack);
  template.resourceCountIs('Custom::PostHogMigration', 2);
  template.resourceCountIs('AWS::Lambda::Function', 3);
  const starts = startStatements(template).filter(({ Action }) => Action === 'states:StartExecution');
  expect(starts.flatMap(({ Resource }) => [Resource].flat().map(idOf))).toEqual([
    expect.stringMatching(/^OneStateMachine/),
    expect.stringMatching(/^TwoStateMachine/),
  ]);
});

/** What the function that starts migrations may do. */
function startStatements(template: Template): { Action: unknown; Resource: unknown; Condition?: unknown }[] {
  interface Inline {
    Policies?: { PolicyDocument: { Statement: { Action: unknown; Resource: unknown }[] } }[];
  }
  return ofType<Inline>(template, 'AWS::IAM::Role')
    .filter(([id]) => id.startsWith('CustomPostHogMigration'))
    .flatMap(([, { Properties }]) => Properties.Policies ?? [])
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

describe('permissions', () => {
  const template = templateOf();
  const IN_CLUSTER = { ArnEquals: { 'ecs:cluster': { 'Fn::GetAtt': [expect.stringMatching(/^Cluster/) as string, 'Arn'] } } };

  test('of the function that starts it are limited to its resources', () => {
    const statements = startStatements(template);
    expect(statements.map(({ Action }) => Action)).toEqual([
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      'states:StartExecution',
      ['states:DescribeExecution', 'states:StopExecution'],
      ['ecs:DescribeTasks', 'ecs:StopTask'],
      'ecs:ListTasks',
    ]);
    expect(statements.filter(({ Resource }) => Resource === '*').map(({ Action }) => Action)).toEqual(['ecs:ListTasks']);
    expect(statements.slice(3).map(({ Condition }) => Condition)).toEqual([IN_CLUSTER, IN_CLUSTER]);
    expect(JSON.stringify(statements[2].Resource)).toMatch(/":execution:",\{"Fn::GetAtt":\["MigrationStateMachine\w+","Name"\]\},":\*"\]\]\}$/);
    expect(JSON.stringify(statements[3].Resource)).toMatch(/":task\/",\{"Ref":"Cluster\w+"\},"\/\*"\]\]\}$/);
  });

  test('of the function that reports its result are limited to its resources', () => {
    const [[, { Properties }]] = ofType<{ Role: unknown }>(template, 'AWS::Lambda::Function').filter(([id]) => id.includes('Conclude'));
    const statements = statementsOf(template, idOf(Properties.Role));
    expect(statements.map(({ actions }) => actions)).toEqual([
      ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
      ['ecs:DescribeTasks', 'ecs:StopTask'],
      ['ecs:ListTasks'],
      ['logs:GetLogEvents'],
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
    ]);
    expect(statements.slice(3).map(({ resources }) => idOf(resources[0]))).toEqual([
      expect.stringMatching(/^MigrationLogs/),
      expect.stringMatching(/^MigrationStateMachineConcludeLogs/),
    ]);
  });

  test('of the state machine are limited to its resources', () => {
    const statements = statementsOf(template, idOf(only(template, 'AWS::StepFunctions::StateMachine').RoleArn));
    const [of, ...own] = statements;
    expect(of.actions.every((action) => /^(logs|xray):/.test(action))).toBe(true);
    expect(own.map(({ actions }) => actions)).toEqual([
      ['ecs:RunTask'],
      ['ecs:DescribeTasks', 'ecs:StopTask'],
      ['iam:PassRole'],
      ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
      ['lambda:InvokeFunction'],
    ]);
    expect(own.flatMap(({ resources }) => resources)).not.toContain('*');
    expect(JSON.stringify(own[0].resources)).toMatch(/":task-definition\/StackMigrationTaskDefinition\w+:\*"\]\]\}\]$/);
    expect(own[2].resources.map(idOf)).toEqual([
      expect.stringMatching(/^MigrationTaskExecutionRole/),
      expect.stringMatching(/^MigrationTaskTaskRole/),
    ]);
    expect(JSON.stringify(own[3].resources)).toContain(':rule/StepFunctionsGetEventsForECSTaskRule');
  });

  test('of the task are empty', () => {
    const [[role]] = ofType(template, 'AWS::IAM::Role').filter(([id]) => id.startsWith('MigrationTaskTaskRole'));
    expect(statementsOf(template, role)).toEqual([]);
  });
});

describe('backups', () => {
  test('are described for one database of RDS', () => {
    for (const [make, action] of [
      [(stack: Stack) => new Postgres(stack, 'Postgres', { vpc: vpcOf(stack) }), 'rds:DescribeDBInstances'],
      [(stack: Stack) => new AuroraPostgres(stack, 'Postgres', { vpc: vpcOf(stack) }), 'rds:DescribeDBClusters'],
    ] as const) {
      const template = templateOf((stack) => ({ backup: databaseBackup(make(stack)) }));
      const statements = statementsOf(template, idOf(only(template, 'AWS::StepFunctions::StateMachine').RoleArn));
      const [{ resources }] = statements.filter(({ actions }) => actions.includes(action));
      expect(JSON.stringify(resources)).toMatch(/:(db|cluster):",\{"Ref":"Postgres\w+"\}\]\]\}\]$/);
    }
  });

  test('are described for an imported database with an identifier, and not for one without', () => {
    const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
    const imported = (id: string, attrs: Partial<PostgresAttributes>) =>
      databaseBackup(Postgres.fromPostgresAttributes(stack, id, { urlSecret: Secret.fromSecretNameV2(stack, `${id}Url`, 'url'), ...attrs }));
    const arn = ':rds:eu-central-1:111122223333:';
    expect(imported('Instance', { instanceIdentifier: 'posthog' })).toMatchObject({
      call: 'describeDBInstances',
      identifier: 'posthog',
      arn: expect.stringContaining(`${arn}db:posthog`) as string,
    });
    expect(imported('Cluster', { clusterIdentifier: 'posthog' })).toMatchObject({
      call: 'describeDBClusters',
      parameter: 'DbClusterIdentifier',
      arn: expect.stringContaining(`${arn}cluster:posthog`) as string,
    });
    expect(imported('Other', {})).toBeUndefined();
  });
});

test('the log group has the requested retention', () => {
  templateOf().hasResource('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 7 }, DeletionPolicy: 'RetainExceptOnCreate' });
});
