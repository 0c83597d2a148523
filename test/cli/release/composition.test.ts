import { compose, doubts } from '../../../lib/cli/release/composition';
import { Found } from '../../../lib/cli/release/resolve';

const [OLD, NEW] = ['1', '2'].map((digit) => digit.repeat(40));
const DIGEST = `sha256:${'a'.repeat(64)}`;

function found(key: string, rest: Partial<Found> = {}): Found {
  return { key, image: `${key.toLowerCase()}@${DIGEST}`, tag: 'latest', platforms: ['linux/amd64'], revision: OLD, created: '2026-09-11T08:15:30Z', secondBest: false, ...rest };
}

function doubtsOf(all: Found[], upstreamCommit?: string): string[] {
  return doubts(compose(all, { clickHouseVersion: '26.6.2.158', upstreamCommit }), all);
}

test('a release has its day and commit from the app, where nobody says otherwise', () => {
  const all = [found('node', { created: '2020-01-01T00:00:00Z' }), found('app'), found('clickHouse', { revision: undefined })];
  expect(compose(all, { clickHouseVersion: '26.6.2.158' })).toMatchObject({ name: '2026-09-11', date: '2026-09-11', upstreamCommit: OLD, clickHouse: { version: '26.6.2.158', image: `clickhouse@${DIGEST}` } });
  expect(compose(all, { clickHouseVersion: '26.6.2.158', name: 'mine', date: '2026-10-01', upstreamCommit: NEW, topics: ['a'] }))
    .toMatchObject({ name: 'mine', date: '2026-10-01', upstreamCommit: NEW, topics: ['a'] });
});

test('a release is not named after a clock', () => {
  expect(() => compose([found('app', { created: undefined })], { clickHouseVersion: '26.6.2.158' }))
    .toThrow(new Error('the app image does not say when it was built: give the release a name with --name, or a day with --date'));
});

test('there is nothing to doubt where all images are of one commit, and those of others do not count', () => {
  expect(doubtsOf([found('app'), found('capture'), found('temporal', { revision: NEW }), found('browserless', { revision: undefined }), found('clickHouse', { revision: NEW })])).toEqual([]);
});

test.each<[string, Found[], string | undefined, string[]]>([
  ['images are of different commits', [found('app'), found('node', { revision: NEW }), found('capture')], undefined, [
    'the images were built from different commits of PostHog/posthog: 1111111 (app, capture), 2222222 (node); that is usual, because each is built only when its ' +
    'own code changes, but those newer than the app may expect what its migrations have not made']],
  ['images do not say their commit', [found('app'), found('node', { revision: undefined })], undefined, ['nothing says which commit these were built from: node']],
  ['the app does not say its commit', [found('app', { revision: undefined })], undefined, [
    'the app image does not say which commit it was built from, and so nothing says which one configuration files come from: give it with --commit',
    'nothing says which commit these were built from: app']],
  ['the app is of another commit', [found('app')], NEW, ['the app image was built from 1111111, not from 2222222']],
  ['another image had to do', [found('app'), found('capture', { secondBest: true, tag: 'master' })], undefined, [
    'no image capture of the commits that were given: master is taken instead, of commit 1111111; it may expect another state of the database than the app']],
  ['there is none for the usual platform', [found('app', { platforms: ['linux/arm64'] })], undefined, ['not for linux/amd64: app']],
])('says so where %s', (_, all, commit, expected) => {
  expect(doubtsOf(all, commit)).toEqual(expected);
});
