import { spawn } from 'node:child_process';
import path from 'node:path';
import { DescribeStackEventsCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { ROOT } from '../helpers/app';
import { ended } from '../helpers/programs';
import { CdkResult } from './cdk';
import { executionNames } from './migration';
import { DEFAULT_PROCESSES, servicesByProcess } from './services';
import { World } from './world';

const DEPLOY = ['deploy', '--all', '--no-rollback', '--require-approval', 'never'];

const world = new World();

afterAll(() => world.stop());

/** The state of a stack. */
async function statusOf(StackName: string): Promise<string> {
  const { Stacks: [stack] = [] } = await world.cloudFormation.send(new DescribeStacksCommand({ StackName }));
  return stack.StackStatus!;
}

/** How many changes a stack has seen. */
async function changesOf(StackName: string): Promise<number> {
  return (await world.cloudFormation.send(new DescribeStackEventsCommand({ StackName }))).StackEvents!.length;
}

/** Follows the deployment of both stacks. */
function watch() {
  const argv = ['--import', 'tsx', path.join(ROOT, 'bin', 'cdk-posthog.ts'), 'watch', ...world.stacks.flatMap((name) => ['--stack', name])];
  return ended(spawn(process.execPath, argv, { cwd: ROOT, env: world.aws.environment, stdio: ['ignore', 'pipe', 'pipe'] }));
}

describe('a first deployment whose migration fails', () => {
  let first: CdkResult;
  let created: ReadonlyMap<string, string>;
  let changesOfStores: number;

  beforeAll(async () => {
    await world.stage('an emulated AWS that refuses', () => world.start({ FAIL_MIGRATIONS: '1', REFUSE_ONCE: 'AWS::ECS::Service' }));
    await world.stage('cdk bootstrap', () => world.cdk.bootstrap());
    await world.stage('cdk deploy, with a migration that fails', async () => {
      first = await world.cdk.run(DEPLOY, world.settings);
      created = await world.readPhysicalIds();
      changesOfStores = await changesOf('PostHogStores');
    });
  });

  test('fails with the reason, and leaves the data stores complete', async () => {
    expect(first.exitCode).toBe(1);
    expect(first.output).toContain('migrate ended with 1');
    expect([await statusOf('PostHogStores'), await statusOf('PostHog')]).toEqual(['CREATE_COMPLETE', 'CREATE_FAILED']);
    expect(executionNames(world)).toHaveLength(1);
  });

  // moto has events of stacks only, so the reason is tested with answers of the API.
  test('is failed for `watch`', async () => {
    const { exitCode, output } = await watch();
    expect(output).toContain('PostHogStores is CREATE_COMPLETE');
    expect(output).toContain('PostHog is CREATE_FAILED');
    expect(exitCode).toBe(1);
  });

  test('is not rolled back by a deployment without --no-rollback that nobody confirms', async () => {
    const { exitCode, output } = await world.cdk.run(['deploy', '--all', '--require-approval', 'never']);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/paused fail state/);
    expect(await statusOf('PostHog')).toBe('CREATE_FAILED');
  });

  test('goes on with another trigger, until a service is refused', async () => {
    const { exitCode, output } = await world.cdk.run(DEPLOY, { ...world.settings, migrationTrigger: '2' });
    expect(exitCode).toBe(1);
    expect(output).toContain('is refused once');
    expect(await statusOf('PostHog')).toBe('UPDATE_FAILED');
  });

  test('is complete after the same command once more', async () => {
    await world.stage('cdk deploy, once more', async () => {
      await world.cdk.succeed(DEPLOY);
      await world.readPhysicalIds();
    });
    expect(await statusOf('PostHog')).toBe('UPDATE_COMPLETE');
    expect([...(await servicesByProcess(world)).keys()]).toEqual(DEFAULT_PROCESSES);
    expect(executionNames(world)).toHaveLength(2);
  });

  test('is complete for `watch`', async () => {
    const { exitCode, output } = await watch();
    expect(output).toContain('PostHog is UPDATE_COMPLETE');
    expect(exitCode).toBe(0);
  });

  test('keeps all that was created but the failed run of the migration, and no attempt changes the data stores', async () => {
    const now = await world.readPhysicalIds();
    const lost = [...created].filter(([id, physical]) => now.get(id) !== physical).map(([id]) => id);
    expect(lost.map((id) => id.replace(/[0-9A-F]{16}$/, '')).sort()).toEqual(['PostHogMigrationRunHandle', 'PostHogMigrationRunStart']);
    expect(await changesOf('PostHogStores')).toBe(changesOfStores);
  });
});
