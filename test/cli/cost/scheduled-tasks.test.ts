import { estimate } from '../../../cli/cost/estimate';
import { PRICES } from '../../../cli/cost/prices';
import { runsPerMonth } from '../../../cli/cost/scheduled-tasks';

const TASK = { Type: 'AWS::ECS::TaskDefinition', Properties: { Cpu: '512', Memory: '1024', ContainerDefinitions: [{ Name: 'upkeep' }] } };
const MACHINE = {
  Type: 'AWS::StepFunctions::StateMachine',
  Properties: { DefinitionString: { 'Fn::Join': ['', ['{"TaskDefinition":"', { Ref: 'Task' }, '"}']] } },
};

function linesOf(ScheduleExpression: unknown, Arn: object = { Ref: 'Machine' }) {
  return estimate(
    { Resources: { Task: TASK, Machine: MACHINE, One: { Type: 'AWS::Scheduler::Schedule', Properties: { ScheduleExpression, Target: { Arn } } } } },
    PRICES,
  );
}

test.each([
  ['rate(7 days)', 4.35],
  ['rate(1 hour)', 730],
  ['cron(0 3 * * ? *)', 30.42],
  ['cron(0 22 ? * SAT *)', 4.35],
  ['cron(0 6,18 * * ? *)', 60.83],
  ['cron(0 3 ? * MON,THU *)', 8.69],
])('%s runs %d times a month', (expression, runs) => {
  expect(runsPerMonth(expression)).toBeCloseTo(runs, 1);
});

test('the runs of an expression with increments are unknown', () => {
  expect(runsPerMonth('cron(0/5 * * * ? *)')).toBeUndefined();
  expect(linesOf('cron(0/5 * * * ? *)')).toEqual([
    { what: 'Runs of a scheduled task: upkeep (estimate), quantity known at deployment', quantity: 1 },
  ]);
});

test('a schedule costs the runs of the task that its state machine starts', () => {
  const [{ what, quantity, each }] = linesOf('cron(0 3 * * ? *)');
  expect([what, quantity]).toEqual(['Runs of a scheduled task: upkeep (estimate)', 30]);
  expect(each).toBeCloseTo(0.1 * (0.5 * PRICES.perHour.fargateVcpu + PRICES.perHour.fargateGb), 6);
});

test('a schedule for anything else costs nothing that is estimated', () => {
  expect(linesOf('rate(1 day)', { 'Fn::GetAtt': ['Function', 'Arn'] })).toEqual([]);
});
