import { readFileSync } from 'node:fs';
import { checkKey, Choice, chosenImages } from './choice';
import { RetryOptions } from './registry/http';
import { Arguments, CommandError, textOption, textOptions } from '../command';
import {
  checkText,
  CLICKHOUSE_VERSION,
  COMMIT,
  GenerationOverrides,
  KNOWN_RELEASES,
  MAX_DAYS_APART,
  ReleaseDescription,
  TextRule,
  TOPIC,
} from '../../lib/internal';

const TIMEOUT_SECONDS = 30;
const RETRIES = 3;

/** Returns a validated option; undefined if it was not set. */
export function checkedOption(args: Arguments, option: string, rule: TextRule): string | undefined {
  const value = textOption(args, option);
  return value === undefined ? undefined : checkedText(option, value, rule);
}

/** The requested release, with the parts that are kept from the existing file. */
export interface Request extends Choice {
  readonly topics?: readonly string[];
  readonly generation?: string;
  readonly overrides?: GenerationOverrides;
  /** Maximum days between the builds of the images of the lockstep. */
  readonly maxApart: number;
  /** Indicates whether the version of ClickHouse is kept. */
  readonly sameClickHouse: boolean;
}

/** Returns the release that the options request. */
export function requestOf(args: Arguments, inPlace: ReleaseDescription | undefined): Request {
  const commits = commitsOf(args);
  const tag = textOption(args, 'tag');
  if (tag !== undefined && commits.length > 0) {
    throw new CommandError('--tag cannot be combined with --commit or --history');
  }
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) {
    throw new CommandError(`--tag must be the tag of an image, got: '${tag}'`);
  }
  const version = checkedOption(args, 'clickhouse-version', CLICKHOUSE_VERSION);
  const topics = [...new Set([...(inPlace?.topics ?? []), ...textOptions(args, 'topic').map((topic) => checkedText('topic', topic, TOPIC))])];
  return {
    commits,
    tag,
    images: chosenImages(textOptions(args, 'image')),
    without: textOptions(args, 'without').map((key) => checkKey('without', key)),
    clickHouseVersion: version ?? inPlace?.clickHouse?.version ?? KNOWN_RELEASES[0].clickHouse!.version,
    sameClickHouse: version === undefined,
    topics: topics.length > 0 ? topics : undefined,
    generation: inPlace?.generation,
    overrides: inPlace?.overrides,
    maxApart: wholeNumber(args, 'max-apart', MAX_DAYS_APART, 0, 9999),
  };
}

/** Returns the timeout and retries of the options. */
export function retryOptionsOf(args: Arguments): RetryOptions {
  return { timeout: wholeNumber(args, 'timeout', TIMEOUT_SECONDS, 1, 600) * 1000, retries: wholeNumber(args, 'retries', RETRIES, 0, 10) };
}

function commitsOf(args: Arguments): string[] {
  const commit = checkedOption(args, 'commit', COMMIT);
  const history = textOption(args, 'history');
  if (history === undefined) {
    return commit === undefined ? [] : [commit];
  }
  const commits = lines(history).map((line) => checkedText('history', line, COMMIT));
  if (commits.length === 0 || (commit !== undefined && commit !== commits[0])) {
    throw new CommandError(
      `--history must begin with the commit${commit === undefined ? ' that you want' : ` ${commit}`}, got: ${commits.length === 0 ? 'nothing' : commits[0]}`,
    );
  }
  return commits;
}

function lines(file: string): string[] {
  try {
    // File descriptor 0 is the standard input.
    return readFileSync(file === '-' ? 0 : file, 'utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  } catch (error) {
    throw new CommandError(`cannot read the history ${file} (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`);
  }
}

function wholeNumber(args: Arguments, option: string, otherwise: number, least: number, most: number): number {
  const text = textOption(args, option) ?? String(otherwise);
  if (!/^\d{1,4}$/.test(text) || Number(text) < least || Number(text) > most) {
    throw new CommandError(`--${option} must be a whole number from ${least} to ${most}, got: '${text}'`);
  }
  return Number(text);
}

function checkedText(option: string, value: string, rule: TextRule): string {
  try {
    return checkText(option, value, rule);
  } catch {
    throw new CommandError(`--${option} ${rule.rule}, got: '${value}'`);
  }
}
