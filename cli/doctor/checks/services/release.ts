import { CheckContext, CheckResult, fail, pass, unknown, warning } from '../../check';
import { isUnavailable } from '../../../aws/loaded';
import {
  apart,
  daysBetween,
  Fact,
  ImageName,
  imagesOf,
  isProcess,
  KNOWN_RELEASES,
  MAX_DAYS_APART,
  parseImageReference,
  ReleaseDescription,
  valueOf,
  WITHDRAWN_RELEASES,
} from '../../../../lib/internal';

/** Default maximum age of a release in days. PostHog changes every day, and supports its latest state only. */
export const MAX_RELEASE_AGE = 60;

/** A process and the image that it runs. */
interface Running {
  readonly process: string;
  readonly image: string;
}

/** Checks that the deployed release is recent and complete, and reports unknown facts about its images. */
export function checkRelease({ deployment: { services }, release, maxReleaseAge = MAX_RELEASE_AGE, now }: CheckContext): CheckResult[] {
  if (isUnavailable(services)) {
    return [unknown('the release', services)];
  }
  const refused = services.map(({ rollouts: [primary] }) => primary?.containers).find((containers) => containers && isUnavailable(containers));
  if (refused && isUnavailable(refused)) {
    return [unknown('the release', refused)];
  }
  const running = services
    .flatMap(({ rollouts: [primary] }) => (primary && !isUnavailable(primary.containers) ? primary.containers : []))
    .filter(({ name, image }) => isProcess(name) && image !== '')
    .map(({ name, image }) => ({ process: name, image }));
  if (running.length === 0) {
    return [];
  }
  const candidates = [...(release ? [release] : []), ...KNOWN_RELEASES, ...WITHDRAWN_RELEASES.map((one) => one.release)];
  const [best] = candidates
    .map((one) => ({ release: one, others: running.filter(({ image }) => nameIn(one, image) === undefined) }))
    .sort((one, other) => one.others.length - other.others.length);
  if (best.others.length === running.length) {
    return [
      warning(
        `the images are not of ${release ? `the release ${release.name} or a release` : 'a release'} of the library, so their age is unknown`,
        'name the deployed release file with --release FILE',
      ),
    ];
  }
  return [
    ...ageOf(best.release, maxReleaseAge, now),
    ...apartOf(best.release),
    ...othersOf(best.release, best.others),
    ...notKnown(best.release, running),
  ];
}

/** Returns the name of an image in a release, by its digest in any registry; undefined if the release does not have it. */
function nameIn(release: ReleaseDescription, image: string): ImageName | undefined {
  const digest = parseImageReference(image)?.digest;
  return imagesOf(release).find(([, own]) => own.image === image || (digest !== undefined && parseImageReference(own.image)?.digest === digest))?.[0];
}

function ageOf(release: ReleaseDescription, maxAge: number, now: Date): CheckResult[] {
  const withdrawn = WITHDRAWN_RELEASES.find((one) => one.release === release);
  if (withdrawn) {
    return [
      fail(
        `the release ${release.name} is withdrawn: ${withdrawn.reason}`,
        `deploy PostHogRelease.${withdrawn.successor}, or a newer one: npx cdk-posthog release`,
      ),
    ];
  }
  const day = release.date ?? valueOf(release.images.app.created);
  if (day === undefined) {
    return [warning(`the release ${release.name} has no date, so its age is unknown`)];
  }
  const age = Math.floor(daysBetween(day, now.toISOString()));
  return [
    age > maxAge
      ? warning(
          `the release ${release.name} is ${age} days old, more than ${maxAge}`,
          'create a newer one: npx cdk-posthog release; see docs/releases.md',
        )
      : pass(`the release ${release.name} is ${age} days old`),
  ];
}

function apartOf(release: ReleaseDescription): CheckResult[] {
  const distance = apart(release);
  if (!distance || distance.days <= MAX_DAYS_APART) {
    return [];
  }
  const { first, last, days } = distance;
  return [
    warning(
      `${first.name} was built ${Math.floor(days)} days before ${last.name}, and PostHog deploys them together`,
      'create the release file again: npx cdk-posthog release',
    ),
  ];
}

function othersOf(release: ReleaseDescription, others: readonly Running[]): CheckResult[] {
  return others.length === 0
    ? []
    : [
        warning(
          `images of other releases than ${release.name}: ${others.map(({ process, image }) => `${process} (${image})`).join(', ')}`,
          'deploy a single release: see docs/releases.md',
        ),
      ];
}

/** Reports unknown build dates and commits of the running images, grouped by reason. */
function notKnown(release: ReleaseDescription, running: readonly Running[]): CheckResult[] {
  const names = new Set(running.map(({ image }) => nameIn(release, image)));
  const images = imagesOf(release).filter(([name]) => names.has(name));
  const lines = (what: string, attributeOf: (image: (typeof images)[number][1]) => Fact) => {
    const byReason = new Map<string, string[]>();
    for (const [name, image] of images) {
      const fact = attributeOf(image);
      if ('unknown' in fact) {
        byReason.set(fact.unknown, [...(byReason.get(fact.unknown) ?? []), name]);
      }
    }
    return [...byReason].map(([reason, unknownOnes]) => warning(`unknown ${what} of ${unknownOnes.join(', ')}: ${reason}`));
  };
  return [...lines('build date', ({ created }) => created), ...lines('commit', ({ revision }) => revision)];
}
