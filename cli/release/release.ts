import { writeFileSync } from 'node:fs';
import { Arguments, Command, CommandError, ExitCode, Output, table, textOption } from '../command';
import { wantedImages } from './choice';
import { checkTogether, compose, doubts, short } from './composition';
import { diffReleases, isSame } from './diff';
import { diffText } from './diff-text';
import { IMAGE_SOURCES, TAGGED } from './image-sources';
import { checkedOption, retryOptionsOf, requestOf } from './options';
import { readRelease, releaseInPlace } from './read-release';
import { find, Found, Wanted } from './resolve';
import {
  DAY,
  imagesOf,
  LOCKSTEP,
  MAX_DAYS_APART,
  parseImageReference,
  RELEASE_NAME,
  ReleaseDescription,
  renderRelease,
  valueOf,
} from '../../lib/internal';

const DEFAULT_FILE = 'posthog-release.json';
const USAGE =
  '[--commit SHA] [--history FILE] [--tag TAG] [--image NAME=IMAGE]... [--without NAME]... [--clickhouse-version V] [--topic NAME]... [--name NAME] ' +
  '[--date DAY] [--max-apart DAYS] [--output FILE] [--dry-run] [--timeout SECONDS] [--retries N] [--json] | --diff OLD NEW [--json]';

async function run(args: Arguments, output: Output): Promise<ExitCode> {
  if (args.values.diff === true) {
    return compare(args, output);
  }
  if (args.positionals.length > 0) {
    throw new CommandError(`Unexpected argument '${args.positionals[0]}'; usage: cdk-posthog release ${USAGE}`);
  }
  return write(args, output);
}

function compare(args: Arguments, output: Output): ExitCode {
  const [before, after, ...more] = args.positionals;
  if (after === undefined || more.length > 0) {
    throw new CommandError(
      `--diff takes two releases, each a file or the name of a release of the library, such as: cdk-posthog release --diff 2026-09-11 ${DEFAULT_FILE}`,
    );
  }
  const [old, now] = [before, after].map(readRelease);
  const diff = diffReleases(old, now);
  const same = isSame(diff);
  output.out(args.values.json ? JSON.stringify({ same, old: old.name, new: now.name, ...diff }, undefined, 2) : diffText(old.name, now.name, diff));
  return same ? ExitCode.OK : ExitCode.NOT_OK;
}

async function write(args: Arguments, output: Output): Promise<ExitCode> {
  const file = textOption(args, 'output') ?? DEFAULT_FILE;
  const [name, date] = [checkedOption(args, 'name', RELEASE_NAME), checkedOption(args, 'date', DAY)];
  const retryOptions = retryOptionsOf(args);
  // An unusable output file is reported before any request to a registry.
  const inPlace = releaseInPlace(file);
  const request = requestOf(args, inPlace);
  const wanted = wantedImages(request);
  output.err(`resolving ${wanted.length} images ...`);
  const found = await findAll(wanted, async (one) => find(one, retryOptions));
  const release = compose(found, { ...request, name, date, upstreamCommit: request.commits.at(0) });
  checkTogether(release, request.maxApart);
  const text = renderRelease(release);
  const warnings = doubts(release, found);
  warnings.forEach((warning) => output.err(`warning: ${warning}`));
  if (request.sameClickHouse && release.clickHouse) {
    output.err(clickHouseNote(release, inPlace));
  }
  if (!args.values['dry-run']) {
    save(file, text);
  }
  if (args.values.json) {
    output.out(JSON.stringify({ file: args.values['dry-run'] ? undefined : file, warnings, release: JSON.parse(text) as unknown }, undefined, 2));
  } else {
    output.out(args.values['dry-run'] ? text.trimEnd() : `${summary(release)}\n\n${file}: the release ${release.name}`);
  }
  return ExitCode.OK;
}

/** Resolves all images, and reports every one that could not be found. */
async function findAll(wanted: readonly Wanted[], resolve: (one: Wanted) => Promise<Found>): Promise<Found[]> {
  const outcomes = await Promise.allSettled(wanted.map(resolve));
  const failures = outcomes.flatMap((outcome, index) => {
    if (outcome.status === 'fulfilled') {
      return [];
    }
    if (!(outcome.reason instanceof CommandError)) {
      throw outcome.reason;
    }
    return [`  ${wanted[index].key}: ${outcome.reason.message}`];
  });
  if (failures.length > 0) {
    throw new CommandError(
      [
        `${failures.length} of ${wanted.length} images could not be resolved; use others with --image, or leave them out with --without:`,
        ...failures,
      ].join('\n'),
    );
  }
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<Found>).value);
}

function clickHouseNote({ clickHouse, upstreamCommit }: ReleaseDescription, inPlace: ReleaseDescription | undefined): string {
  const origin = inPlace?.clickHouse ? 'the file as it was' : 'the library';
  return (
    `note: ClickHouse ${clickHouse!.version} comes from ${origin}; the version that PostHog tests with is in ` +
    `https://github.com/PostHog/posthog/blob/${upstreamCommit ?? 'master'}/docker-compose.base.yml; --clickhouse-version changes it`
  );
}

function save(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CommandError(`cannot write ${file} (${(error as NodeJS.ErrnoException).code ?? 'unwritable'})`);
  }
}

function summary(release: ReleaseDescription): string {
  const all = [...imagesOf(release), ...(release.clickHouse ? [['clickHouse', release.clickHouse] as const] : [])];
  return table(
    ['image', 'tag', 'digest', 'commit', 'built', 'platforms'],
    all.map(([name, { image, tag, revision, created, platforms = [] }]) => [
      name,
      tag ?? '-',
      parseImageReference(image)!.digest!.slice('sha256:'.length, 'sha256:'.length + 12),
      short(valueOf(revision) ?? '?'),
      valueOf(created)?.slice(0, 10) ?? '?',
      platforms.join(', '),
    ]),
  );
}

/** The command that creates a release file with the digests of PostHog's images, or compares two such files. */
export const RELEASE: Command = {
  usage: USAGE,
  help: [
    "Writes a release file with the digests of PostHog's images, or compares two such files.",
    '',
    '--commit SHA          the commit of PostHog/posthog to run, as a full hash; default: the newest images',
    '--history FILE        that commit and those before it, newest first, one per line, or - for standard input: for an image that was not built',
    '                      at the commit, the newest one before it is used (git rev-list --first-parent --max-count=100 SHA)',
    `--tag TAG             the tag of the images app and node; default: ${TAGGED.map((name) => `${IMAGE_SOURCES[name].tag} of ${name}`).join(', ')}`,
    "--image NAME=IMAGE    another image instead of PostHog's, such as a copy in your own registry; repeatable",
    '--without NAME        an image to leave out; repeatable',
    '--clickhouse-version  the version of ClickHouse; default: that of the existing file, or of the library',
    '--topic NAME          a further topic, in addition to those of the library and of the existing file; repeatable',
    '--name NAME           the name of the release; default: its date',
    '--date DAY            the date of the release; default: the build date of the app image',
    `--max-apart DAYS      the maximum days between the builds of ${LOCKSTEP.join(', ')}, which belong together; default: ${MAX_DAYS_APART}`,
    `--output FILE         the file to write; default: ${DEFAULT_FILE}`,
    '--dry-run             print the file instead of writing it',
    '--timeout SECONDS     the timeout of one request; default: 30',
    '--retries N           the number of retries if a registry is busy or unreachable; default: 3',
    '--diff OLD NEW        compare two releases: exit code 0 if both run the same, 1 if they differ',
    '--json                machine-readable output',
    '',
    'Registries are accessed anonymously, and one on localhost over plain HTTP, as Docker does.',
  ].join('\n'),
  options: {
    'commit': { type: 'string' },
    'history': { type: 'string' },
    'tag': { type: 'string' },
    'image': { type: 'string', multiple: true },
    'without': { type: 'string', multiple: true },
    'clickhouse-version': { type: 'string' },
    'topic': { type: 'string', multiple: true },
    'name': { type: 'string' },
    'date': { type: 'string' },
    'max-apart': { type: 'string' },
    'output': { type: 'string' },
    'dry-run': { type: 'boolean' },
    'timeout': { type: 'string' },
    'retries': { type: 'string' },
    'diff': { type: 'boolean' },
    'json': { type: 'boolean' },
  },
  takesPositionals: true,
  run,
};
