import { parseConfig, parseManifest } from '../../../../cli/release/registry/manifest';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

test.each([
  [{ os: 'linux', architecture: 'amd64' }, 'linux/amd64'],
  [{ os: 'linux', architecture: 'arm64', variant: 'v8' }, 'linux/arm64'],
  [{ os: 'linux', architecture: 'arm64' }, 'linux/arm64'],
  [{ os: 'linux', architecture: 'arm', variant: 'v7' }, 'linux/arm/v7'],
  [{ os: 'Linux', architecture: 'AMD64', variant: '' }, 'linux/amd64'],
])('names the platform %j as Docker does', (platform, expected) => {
  expect(parseManifest(json({ manifests: [{ digest: DIGEST, platform }] }))).toEqual({
    images: [{ platform: expected, digest: DIGEST }],
    annotations: {},
  });
});

test('leaves out entries without a platform, such as attestations', () => {
  const manifests = [
    { digest: DIGEST, platform: { os: 'unknown', architecture: 'unknown' } },
    { digest: DIGEST },
    { digest: DIGEST, platform: { os: 'linux', architecture: 'arm64' } },
  ];
  expect(parseManifest(json({ manifests }))).toMatchObject({ images: [{ platform: 'linux/arm64' }] });
});

test.each([
  ['2026-09-11T08:15:30.123456789Z', '2026-09-11T08:15:30Z'],
  ['2026-09-11T10:15:30+02:00', '2026-09-11T08:15:30Z'],
  ['1970-01-01T00:00:00Z', undefined],
  ['0001-01-01T00:00:00Z', undefined],
  ['yesterday', undefined],
  [undefined, undefined],
])('parses the time %s as %s', (created, expected) => {
  expect(parseConfig(json({ os: 'linux', architecture: 'amd64', created })).created).toBe(expected);
});

test.each([[{}], [{ config: null }], [{ config: { Labels: null } }], [{ config: { Labels: [] } }]])('finds no labels in %j', (config) => {
  expect(parseConfig(json(config)).labels).toEqual({});
});
