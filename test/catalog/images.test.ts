import { GEOIP_IMAGE, IMAGES } from '../../lib/catalog/images';
import { PostHogRelease } from '../../lib';

test('the catalog has every image of a release, and no other', () => {
  expect(Object.keys(IMAGES).sort()).toEqual(Object.keys(PostHogRelease.V2026_09_11_R2.images).sort());
});

test('the image that the GeoIP database is copied from has the file', () => {
  expect(IMAGES[GEOIP_IMAGE].geoIpFile).toBe('/app/share/GeoLite2-City.mmdb');
});

test('the shell of Rust images uses exec, so that the program gets the signal', () => {
  const rust = Object.entries(IMAGES).filter(([, { stopping }]) => 'entryPoint' in stopping);
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
  expect(new Set(rust.map(([, { stopping }]) => JSON.stringify(stopping)))).toEqual(
    new Set([JSON.stringify({ init: true, entryPoint: ['/bin/sh', '-c', 'exec /usr/local/bin/$BIN'] })]),
  );
});
