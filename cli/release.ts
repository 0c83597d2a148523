import { writeFileSync } from 'node:fs';
import { Arguments, Command, CommandError, ExitCode, Output, textOption } from './command';
import { wantedImages } from './release/choice';
import { checkTogether, compose, doubts, short } from './release/composition';
import { diffReleases, isSame } from './release/diff';
import { diffText } from './release/diff-text';
import { IMAGE_SOURCES, TAGGED } from './release/image-sources';
import { checkedOption, patienceOf, requestOf } from './release/options';
import { readRelease, releaseInPlace } from './release/read-release';
import { find, Found, Wanted } from './release/resolve';
import { table } from './table';
import {
  DAY, imagesOf, LOCKSTEP, MAX_DAYS_APART, parseImageReference, RELEASE_NAME, ReleaseDescription, renderRelease, valueOf,
} from '../lib/internal';

const DEFAULT_FILE = 'posthog-release.json';
const USAGE = '[--commit SHA] [--history FILE] [--tag TAG] [--image NAME=IMAGE]... [--without NAME]... [--clickhouse-version V] [--topic NAME]... [--name NAME] ' +
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
    throw new CommandError(`--diff takes two releases, each a file or the name of one that comes with the library, such as: cdk-posthog release --diff 2026-09-11 ${DEFAULT_FILE}`);
  }
  const [old, now] = [before, after].map(readRelease);
  const diff = diffReleases(old, now);
  const same = isSame(diff);
  output.out(args.values.json ? JSON.stringify({ same, old: old.name, new: now.name, ...diff }, undefined, 2) : diffText(old.name, now.name, diff));
  return same ? ExitCode.OK : ExitCode.FINDINGS;
}

async function write(args: Arguments, output: Output): Promise<ExitCode> {
  const file = textOption(args, 'output') ?? DEFAULT_FILE;
  const [name, date] = [checkedOption(args, 'name', RELEASE_NAME), checkedOption(args, 'date', DAY)];
  const patience = patienceOf(args);
  // What cannot be written is not looked for.
  const inPlace = releaseInPlace(file);
  const request = requestOf(args, inPlace);
  const wanted = wantedImages(request);
  output.err(`asking the registries of ${wanted.length} images ...`);
  const found = await findAll(wanted, async (one) => find(one, patience));
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

/** Looks for all of them, and says of all which could not be found. */
async function findAll(wanted: readonly Wanted[], look: (one: Wanted) => Promise<Found>): Promise<Found[]> {
  const outcomes = await Promise.allSettled(wanted.map(look));
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
    throw new CommandError([`${failures.length} of ${wanted.length} images could not be found; name others with --image, or leave them out with --without:`, ...failures].join('\n'));
  }
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<Found>).value);
}

function clickHouseNote({ clickHouse, upstreamCommit }: ReleaseDescription, inPlace: ReleaseDescription | undefined): string {
  const whence = inPlace?.clickHouse ? 'the file as it was' : 'the library';
  return `note: ClickHouse ${clickHouse!.version} is that of ${whence}; what the release is tested with says ` +
    `https://github.com/PostHog/posthog/blob/${upstreamCommit ?? 'master'}/docker-compose.base.yml, and --clickhouse-version changes it`;
}

function save(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CommandError(`cannot write ${file} (${(error as NodeJS.ErrnoException).code ?? 'unwritable'})`);
  }
}

function summary(release: ReleaseDescription): string {
  const all = [...imagesOf(release), ...release.clickHouse ? [['clickHouse', release.clickHouse] as const] : []];
  return table(['image', 'tag', 'digest', 'commit', 'built', 'platforms'], all.map(([name, { image, tag, revision, created, platforms = [] }]) => [
    name, tag ?? '-', parseImageReference(image)!.digest!.slice('sha256:'.length, 'sha256:'.length + 12), short(valueOf(revision) ?? '?'), valueOf(created)?.slice(0, 10) ?? '?', platforms.join(', '),
  ]));
}

/** Writes down which PostHog to run, by the digests of its images, and says what changed between two such files. */
export const RELEASE: Command = {
  usage: USAGE,
  help: [
    'Asks the registries for the digests of PostHog\'s images and writes a release file to commit, or says what changed between two.', '',
    '--commit SHA          the commit of PostHog/posthog to run, by its whole hash; left out: the newest images',
    '--history FILE        that commit and those before it, newest first, one a line, or - for standard input: for an image that was not built',
    '                      at the commit, the newest one before it is taken (git rev-list --first-parent --max-count=100 SHA)',
    `--tag TAG             the tag of the images app and node; left out: ${TAGGED.map((name) => `${IMAGE_SOURCES[name].tag} of ${name}`).join(', ')}`,
    '--image NAME=IMAGE    another image in place of PostHog\'s, such as a copy in a registry of your own; may be given more than once',
    '--without NAME        an image that the release is not to have; may be given more than once',
    '--clickhouse-version  the version of ClickHouse; left out: that of the file as it is, or of the library',
    '--topic NAME          a topic that the release needs besides those of the library and of the file as it is; may be given more than once',
    '--name NAME           what to call the release; left out: its day',
    '--date DAY            the day that it is of; left out: that on which the app image was built',
    `--max-apart DAYS      how many days apart ${LOCKSTEP.join(', ')} may have been built, which belong together; left out: ${MAX_DAYS_APART}`,
    `--output FILE         where to write it; left out: ${DEFAULT_FILE}`,
    '--dry-run             print the file instead of writing it',
    '--timeout SECONDS     how long one answer may take; left out: 30',
    '--retries N           how often to ask again where a registry has too much to do or cannot be reached; left out: 3',
    '--diff OLD NEW        what changed: ends with 0 where both run the same, with 1 where they differ',
    '--json                for programs', '',
    'Registries are asked without signing in; one on localhost is spoken to in plain HTTP, as Docker does.',
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
