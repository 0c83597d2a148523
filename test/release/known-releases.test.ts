import { PostHogRelease } from '../../lib';
import { GENERATIONS } from '../../lib/catalog/generations/generations';
import { daysBetween, valueOf } from '../../lib/release/image-facts';
import { KNOWN_RELEASES, WITHDRAWN_RELEASES } from '../../lib/release/known-releases';
import { apart, LOCKSTEP, MAX_DAYS_APART } from '../../lib/release/lockstep';
import { imagesOf } from '../../lib/release/release-description';
import { newPostHog, newStack } from '../helpers/stack';

const WITHDRAWN = WITHDRAWN_RELEASES.map(({ release }) => release);

describe.each(KNOWN_RELEASES)('the release $name', (release) => {
  test('has app, node and capture of known dates, a few days apart', () => {
    expect(LOCKSTEP.filter((name) => valueOf(release.images[name]!.created) === undefined)).toEqual([]);
    expect(apart(release)!.days).toBeLessThanOrEqual(MAX_DAYS_APART);
  });

  test('has no image that is known to be newer than the release, or more than a month older', () => {
    const ages = imagesOf(release).flatMap(([name, image]) => {
      const created = valueOf(image.created);
      return created === undefined ? [] : [{ name, days: daysBetween(created, `${release.date}T23:59:59Z`) }];
    });
    expect(ages.length).toBeGreaterThanOrEqual(LOCKSTEP.length);
    expect(ages.filter(({ days }) => days < 0 || days > 31)).toEqual([]);
  });

  test('has a source for every fact of an image, or the reason why it is unknown', () => {
    const facts = [...imagesOf(release).map(([, image]) => image), release.clickHouse!].flatMap(({ created, revision }) => [created, revision]);
    expect(facts.filter((fact) => ('value' in fact ? fact.source : fact.unknown).trim().length < 10)).toEqual([]);
  });

  test('belongs to a generation whose commits include its day', () => {
    const { commits } = GENERATIONS.find(({ name }) => name === release.generation)!;
    expect(commits.first.day <= release.date! && release.date! <= commits.last.day).toBe(true);
  });
});

test('a release with a violated lockstep was withdrawn', () => {
  expect(WITHDRAWN.map((release) => [release.name, Math.floor(apart(release)!.days)])).toEqual([['2026-09-11', 164]]);
});

test('known and withdrawn releases have unique names', () => {
  const names = [...KNOWN_RELEASES, ...WITHDRAWN].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

const MESSAGE =
  'PostHogRelease.V2026_09_11 is withdrawn: its image `node` was built on 31 March 2026, more than five months before its app, and reads no AI events; ' +
  'use PostHogRelease.V2026_09_11_R2';

describe('the withdrawn constant', () => {
  // The constant that code of users may still use.
  const { V2026_09_11: old } = PostHogRelease as unknown as Record<string, PostHogRelease>;

  test.each<[string, () => unknown]>([
    ['images', () => old.images],
    ['platforms', () => old.platforms],
    ['images without a digest', () => old.floatingImages],
    ['deployment', () => newPostHog(newStack(), { release: old })],
  ])('refuses its %s, and names its successor', (_, use) => {
    expect(use).toThrow(MESSAGE);
  });

  test('has the name of its release', () => {
    expect([old.name, old.generation]).toEqual(['2026-09-11', '2026-09']);
  });
});
