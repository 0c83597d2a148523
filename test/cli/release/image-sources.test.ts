import { parseImageReference } from '../../../lib/private/image-reference';
import { IMAGE_SOURCES } from '../../../cli/release/image-sources';
import { RELEASE_2026_09_11_R2 } from '../../../lib/release/known-releases';
import { IMAGE_NAMES, imagesOf } from '../../../lib/release/release-description';

const COMMIT = '18b824b7932ad13f25602b4ea0376fc568ac4b22';

test("every image has the repository and the tag of the library's own release", () => {
  const own = imagesOf(RELEASE_2026_09_11_R2);
  expect(own.map(([key]) => key)).toEqual(IMAGE_NAMES);
  expect(Object.fromEntries(own.map(([key, { image }]) => [key, parseImageReference(image)!.name]))).toEqual(
    Object.fromEntries(IMAGE_NAMES.map((key) => [key, IMAGE_SOURCES[key].repository])),
  );
  expect(own.filter(([key, { tag }]) => tag !== undefined && tag !== IMAGE_SOURCES[key].tag)).toEqual([]);
});

test('an image of a commit has the tag that its workflow gives it', () => {
  expect(Object.fromEntries(IMAGE_NAMES.map((key) => [key, IMAGE_SOURCES[key].commitTags?.(COMMIT)]))).toEqual({
    app: [COMMIT],
    node: [COMMIT],
    capture: ['sha-18b824b'],
    captureLogs: ['sha-18b824b'],
    featureFlags: ['sha-18b824b'],
    hypercacheServer: ['sha-18b824b'],
    propertyDefs: ['sha-18b824b'],
    personhogReplica: ['sha-18b824b'],
    personhogRouter: ['sha-18b824b'],
    cymbal: ['sha-18b824b'],
    sqlxMigrate: ['sha-18b824b'],
    livestream: [`sha-${COMMIT}`, 'sha-18b824b'],
    browserless: undefined,
    temporal: undefined,
  });
});
