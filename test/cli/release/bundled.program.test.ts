import { spawn } from 'node:child_process';
import { bundled } from '../preview/program';
import { startStubRegistry } from './registry/stub-registry';
import { ended } from '../../helpers/programs';

const program = bundled();

test('the bundled command ends if a registry does not respond', async () => {
  const registry = await startStubRegistry();
  registry.interrupt(() => true);
  const args = ['release', '--image', `app=${registry.image}`, '--image', `node=${registry.image}`, '--timeout', '1', '--retries', '0', '--dry-run'];
  const others = [
    'capture',
    'captureLogs',
    'featureFlags',
    'hypercacheServer',
    'propertyDefs',
    'personhogReplica',
    'personhogRouter',
    'cymbal',
    'livestream',
    'browserless',
    'temporal',
    'sqlxMigrate',
    'clickHouse',
  ];
  const { exitCode, err } = await ended(spawn(process.execPath, [program, ...args, ...others.flatMap((key) => ['--without', key])]));
  await registry.stop();
  expect(exitCode).toBe(2);
  expect(err).toContain(
    `  app: ${registry.image}: ${registry.host} did not respond within 1 seconds\n  node: ${registry.image}: ${registry.host} did not respond within 1 seconds\n`,
  );
});
