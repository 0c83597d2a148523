import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { World } from './world';

const world = new World();

/** The command of a first deployment, which also continues one that failed (docs/deploy.md). */
const DEPLOY = ['deploy', '--all', '--no-rollback', '--require-approval', 'never'];

async function status(StackName: string): Promise<string | undefined> {
  const { Stacks: [stack] = [] } = await world.cloudFormation.send(new DescribeStacksCommand({ StackName }));
  return stack?.StackStatus;
}

afterAll(() => world.stop());

describe('a first deployment that fails in the stack of services', () => {
  let output: string;
  let storesBefore: ReadonlyMap<string, string>;

  /** The resources of the network, by their logical ids. */
  const network = async () => new Map([...(await world.readPhysicalIds())].filter(([id]) => id.startsWith('Network')));

  beforeAll(async () => {
    await world.stage('an emulated AWS, for a deployment that fails', () => world.start());
    await world.stage('cdk deploy, with a certificate that does not exist', async () => {
      await world.cdk.bootstrap();
      const wrong = world.certificateArn.replace(/[^/]+$/, '00000000-0000-0000-0000-000000000000');
      const failed = await world.cdk.run(DEPLOY, { ...world.settings, certificateArn: wrong });
      expect(failed.exitCode).not.toBe(0);
      expect(failed.output).toMatch(/[Cc]ertificate/);
      storesBefore = await network();
    });
    await world.stage('cdk deploy, the same command again', async () => {
      output = (await world.cdk.run(DEPLOY, world.settings)).output;
    });
  });

  test('leaves the stack of data stores complete', async () => {
    expect(storesBefore.size).toBeGreaterThan(20);
    expect(await status('PostHogStores')).toBe('CREATE_COMPLETE');
  });

  test('goes on with the same command, which changes no data store', async () => {
    expect(output).toContain('PostHogStores (no changes)');
    expect(await status('PostHog')).toBe('CREATE_COMPLETE');
    expect(await network()).toEqual(storesBefore);
  });
});
