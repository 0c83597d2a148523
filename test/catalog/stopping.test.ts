import { STOPPING } from '../../lib/catalog/stopping';
import { PostHogRelease } from '../../lib';

test('has every image of a release, and no other', () => {
  expect(Object.keys(STOPPING).sort()).toEqual(Object.keys(PostHogRelease.V2026_09_11_R2.images).sort());
});

test('the shell of Rust images uses exec, so that the program gets the signal', () => {
  const rust = Object.entries(STOPPING).filter(([, stopping]) => 'entryPoint' in stopping);
  expect(rust.map(([image]) => image)).toEqual([
    'capture',
    'captureLogs',
    'featureFlags',
    'hypercacheServer',
    'propertyDefs',
    'personhogReplica',
    'personhogRouter',
    'cymbal',
  ]);
  expect(new Set(rust.map(([, stopping]) => JSON.stringify(stopping)))).toEqual(
    new Set([JSON.stringify({ init: true, entryPoint: ['/bin/sh', '-c', 'exec /usr/local/bin/$BIN'] })]),
  );
});
