import { deploymentOf, resultsOf, known, NOW, withService } from './deployments';
import { Deployment, Service } from '../../../cli/doctor/deployment/deployment';
import { NamedCheckResult } from '../../../cli/doctor/check';
import { runDoctor } from '../../../cli/doctor/run-checks';
import { containersOf } from '../../../cli/doctor/deployment/processes';
import { asText, exitCodeOf } from '../../../cli/doctor/report';
import { KNOWN_RELEASES, WITHDRAWN_RELEASES } from '../../../lib/release/known-releases';
import { ReleaseDescription } from '../../../lib/release/release-description';

const [NEWEST] = KNOWN_RELEASES;
const [{ release: WITHDRAWN }] = WITHDRAWN_RELEASES;
const plain = deploymentOf();

function found(deployment: Deployment, more: { release?: ReleaseDescription; maxReleaseAge?: number; now?: Date } = {}): string[] {
  return runDoctor(deployment, { now: NOW, ...more })
    .results.filter(({ check }) => check === 'release')
    .map(({ status, text }) => `${status}: ${text}`);
}

/** The deployment, the images of all its processes changed. */
function withImages(deployment: Deployment, change: (image: string) => string): Deployment {
  const changed = (service: Service): Service => ({
    ...service,
    rollouts: service.rollouts.map((rollout) => ({
      ...rollout,
      containers:
        'unavailable' in rollout.containers
          ? rollout.containers
          : rollout.containers.map((container) => ({ ...container, image: change(container.image) })),
    })),
  });
  return { ...deployment, services: known(deployment).map(changed) };
}

test('a recent release passes, with the reason for each unknown fact about its images', () => {
  expect(found(plain, { now: new Date('2026-09-20T12:00:00Z') })).toEqual([
    'pass: the release 2026-09-11-r2 is 9 days old',
    expect.stringMatching(
      /^warning: unknown build date of featureFlags, propertyDefs, personhogReplica, personhogRouter: from 6 to 11 September 2026: /,
    ),
    expect.stringMatching(/^warning: unknown build date of hypercacheServer: by 11 September 2026, /),
    expect.stringMatching(/^warning: unknown build date of browserless: /),
    expect.stringMatching(/^warning: unknown commit of capture, featureFlags, hypercacheServer, propertyDefs, personhogReplica, personhogRouter: /),
    'warning: unknown commit of browserless: not built from PostHog/posthog',
  ]);
});

test.each<[string, object, string]>([
  ['older than 60 days', {}, 'warning: the release 2026-09-11-r2 is 74 days old, more than 60'],
  ['as old as it may be', { maxReleaseAge: 74 }, 'pass: the release 2026-09-11-r2 is 74 days old'],
  ['a day older than it may be', { maxReleaseAge: 73 }, 'warning: the release 2026-09-11-r2 is 74 days old, more than 73'],
])('checks the age of a release that is %s', (_, more, line) => {
  expect(found(plain, more)[0]).toBe(line);
});

test('warnings are printed with their fix, and the exit code is 0', () => {
  const diagnosis = runDoctor(plain, { now: NOW });
  expect(asText(diagnosis)).toMatch(
    /^! release {14}the release 2026-09-11-r2 is 74 days old, more than 60\n {23}fix: create a newer one: npx cdk-posthog release; see docs\/releases\.md$/m,
  );
  expect(asText(diagnosis)).toContain(' passed, 0 failed, 6 warnings');
  expect(exitCodeOf(diagnosis.results, false)).toBe(0);
});

test('a withdrawn release fails, with its successor', () => {
  const withdrawn = withImages(plain, (image) => (image.includes('posthog-node@') ? WITHDRAWN.images.node!.image : image));
  const [first] = resultsOf(withdrawn, 'release') as [NamedCheckResult];
  expect(first).toEqual({
    check: 'release',
    status: 'fail',
    fix: 'deploy PostHogRelease.V2026_09_11_R2, or a newer one: npx cdk-posthog release',
    text: 'the release 2026-09-11 is withdrawn: its image `node` was built on 31 March 2026, more than five months before its app, and reads no AI events',
  });
  expect(found(withdrawn)[1]).toBe('warning: node was built 164 days before app, and PostHog deploys them together');
});

test('copies of the images in another registry are recognised as the release', () => {
  expect(found(withImages(plain, (image) => `111122223333.dkr.ecr.eu-central-1.amazonaws.com/${image}`))).toEqual(found(plain));
});

test('images of an unknown release are distinguished from those of a release file', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const own = withImages(plain, (image) => `${image.split('@')[0]}@${digest}`);
  const fact = { value: '2026-11-20T08:15:30Z', source: 'localhost' };
  const file: ReleaseDescription = {
    name: 'mine',
    images: Object.fromEntries(
      Object.keys(NEWEST.images).map((name) => [name, { image: `${name.toLowerCase()}@${digest}`, revision: fact, created: fact }]),
    ) as unknown as typeof NEWEST.images,
  };
  expect(found(own)).toEqual(['warning: the images are not of a release of the library, so their age is unknown']);
  expect(found(own, { release: { ...NEWEST, name: 'other' } })).toEqual([
    'warning: the images are not of the release other or a release of the library, so their age is unknown',
  ]);
  expect(found(own, { release: file })).toEqual(['pass: the release mine is 4 days old']);
  expect(found(own, { release: { ...file, images: { app: { ...file.images.app, created: { unknown: 'not recorded' } } } } })).toEqual([
    'warning: the release mine has no date, so its age is unknown',
    'warning: unknown build date of app: not recorded',
  ]);
});

test('a process with another image than the release is named', () => {
  const [worker] = known(
    withImages(
      { ...plain, services: known(plain).filter((service) => containersOf(service).some(({ name }) => name === 'worker')) },
      () => 'posthog/posthog:mine',
    ),
  );
  expect(found(withService(plain, 'worker', () => worker))).toContain(
    'warning: images of other releases than 2026-09-11-r2: worker (posthog/posthog:mine)',
  );
});

test('the release is unknown if services cannot be loaded', () => {
  expect(found({ ...plain, services: { unavailable: 'no' } })).toEqual(['unknown: the release: no']);
  const unread = known(plain).map((service) => ({
    ...service,
    rollouts: service.rollouts.map((rollout) => ({ ...rollout, containers: { unavailable: 'not this one' } })),
  }));
  expect(found({ ...plain, services: unread })).toEqual(['unknown: the release: not this one']);
  expect(found({ ...plain, services: [] })).toEqual([]);
});
