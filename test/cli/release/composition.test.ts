import { checkTogether, compose, doubts } from '../../../cli/release/composition';
import { Fact } from '../../../lib/release/image-facts';
import { Found } from '../../../cli/release/resolve';

const [OLD, NEW] = ['1', '2'].map((digit) => digit.repeat(40));
const DIGEST = `sha256:${'a'.repeat(64)}`;

/** What a test wants other than usual, with facts as their values; undefined where the registry does not know. */
type Other = Omit<Partial<Found>, 'revision' | 'created'> & { readonly revision?: string; readonly created?: string };

function found(key: string, other: Other = {}): Found {
  const { revision, created, ...rest } = { revision: OLD, created: '2026-09-11T08:15:30Z', ...other };
  const fact = (value: string | undefined): Fact => (value === undefined ? { unknown: 'not asked' } : { value, source: 'localhost' });
  return {
    key,
    image: `${key.toLowerCase()}@${DIGEST}`,
    tag: 'latest',
    platforms: ['linux/amd64'],
    revision: fact(revision),
    created: fact(created),
    secondBest: false,
    ...rest,
  };
}

function doubtsOf(all: Found[], upstreamCommit?: string): string[] {
  return doubts(compose(all, { clickHouseVersion: '26.6.2.158', upstreamCommit }), all);
}

test('a release has the day and commit of its app image by default', () => {
  const all = [found('node', { created: '2020-01-01T00:00:00Z' }), found('app'), found('clickHouse', { revision: undefined })];
  expect(compose(all, { clickHouseVersion: '26.6.2.158' })).toMatchObject({
    name: '2026-09-11',
    date: '2026-09-11',
    upstreamCommit: OLD,
    generation: '2026-09',
    clickHouse: { version: '26.6.2.158', image: `clickhouse@${DIGEST}` },
  });
  expect(
    compose(all, {
      clickHouseVersion: '26.6.2.158',
      name: 'mine',
      date: '2026-10-01',
      upstreamCommit: NEW,
      topics: ['a'],
      generation: '2026-07',
      overrides: { topics: ['b'] },
    }),
  ).toMatchObject({ name: 'mine', date: '2026-10-01', upstreamCommit: NEW, topics: ['a'], generation: '2026-07', overrides: { topics: ['b'] } });
});

test('the name of a release does not depend on the current time', () => {
  expect(() => compose([found('app', { created: undefined })], { clickHouseVersion: '26.6.2.158' })).toThrow(
    new Error('the app image has no build date: set a name with --name, or a date with --date'),
  );
});

test('images of other commits that are not newer than the app have no warning, and neither have third-party images', () => {
  const older = { revision: NEW, created: '2026-09-08T00:00:00Z' };
  const unknown = { revision: undefined, created: undefined };
  const younger = { created: '2026-11-01T00:00:00Z' };
  expect(
    doubtsOf([
      found('app'),
      found('node', older),
      found('capture', older),
      found('cymbal', unknown),
      found('temporal', younger),
      found('browserless', unknown),
      found('clickHouse', younger),
    ]),
  ).toEqual([]);
});

describe('images that are deployed together', () => {
  const release = (created: Record<string, string | undefined>) =>
    compose(
      Object.entries(created).map(([key, day]) => found(key, { created: day })),
      { clickHouseVersion: '26.6.2.158', name: 'mine' },
    );
  const MARCH = { app: '2026-09-11T08:15:30Z', node: '2026-03-31T10:00:00Z', capture: '2026-09-06T00:00:00Z' };

  test('are refused if one was built on another day', () => {
    expect(() => checkTogether(release(MARCH), 7)).toThrow(
      new Error(
        'the images app, node, capture must be built within 7 days of each other, because PostHog deploys them together; ' +
          'node was built on 2026-03-31T10:00:00Z and app on 2026-09-11T08:15:30Z, 163 days apart: use another node with --image node=IMAGE, or allow it with --max-apart 164',
      ),
    );
  });

  test.each<[string, Record<string, string | undefined>, number]>([
    ['they lie as far apart as they may', MARCH, 164],
    ['they are of the same days', { ...MARCH, node: '2026-09-08T00:00:00Z' }, 7],
    ['another one is older', { ...MARCH, node: undefined, livestream: '2025-01-01T00:00:00Z' }, 7],
    ['nothing says when the others were built', { ...MARCH, node: undefined, capture: undefined }, 7],
  ])('are accepted if %s', (_, created, days) => {
    expect(() => checkTogether(release(created), days)).not.toThrow();
  });
});

test.each<[string, Found[], string | undefined, string[]]>([
  [
    'an image is younger than the app',
    [found('app'), found('node', { created: '2026-09-12T00:00:00Z' }), found('cymbal', { created: '2026-09-13T09:00:00Z' }), found('capture')],
    undefined,
    ['built after the app (2026-09-11), and may expect migrations that it does not have: node (2026-09-12), cymbal (2026-09-13)'],
  ],
  [
    'images do not say when they were built',
    [found('app'), found('node', { created: undefined }), found('capture', { created: undefined })],
    undefined,
    ['unknown build dates, so these may not belong to the others: node, capture'],
  ],
  [
    'the app does not say its commit',
    [found('app', { revision: undefined })],
    undefined,
    ['the app image has no commit, so the commit of configuration files is unknown: set it with --commit'],
  ],
  ['the app is of another commit', [found('app')], NEW, ['the app image was built from 1111111, not from 2222222']],
  [
    'another image had to do',
    [found('app'), found('capture', { secondBest: true, tag: 'master' })],
    undefined,
    ['no image capture of the requested commits: master is used instead, of commit 1111111; it may expect another database schema than the app'],
  ],
  ['there is none for the usual platform', [found('app', { platforms: ['linux/arm64'] })], undefined, ['not for linux/amd64: app']],
])('warns if %s', (_, all, commit, expected) => {
  expect(doubtsOf(all, commit)).toEqual(expected);
});
