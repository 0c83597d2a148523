import { existsSync, readFileSync } from 'node:fs';
import { CommandError } from '../command';
import { KNOWN_RELEASES, parseRelease, ReleaseDescription, WITHDRAWN_RELEASES } from '../../lib/internal';

/** Reads a release from a file, or a release of the library by its name, withdrawn or not. */
export function readRelease(source: string): ReleaseDescription {
  return [...KNOWN_RELEASES, ...WITHDRAWN_RELEASES.map(({ release }) => release)].find(({ name }) => name === source) ?? fromFile(source);
}

/** Reads the release of an existing file; undefined if there is none. */
export function releaseInPlace(file: string): ReleaseDescription | undefined {
  if (!existsSync(file)) {
    return undefined;
  }
  try {
    return fromFile(file);
  } catch (error) {
    throw new CommandError(`${(error as Error).message}; it is not overwritten: use another file with --output, or remove it`);
  }
}

function fromFile(file: string): ReleaseDescription {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const known = KNOWN_RELEASES.map(({ name }) => name).join(', ');
    throw new CommandError(
      `cannot read the release file ${file} (${(error as NodeJS.ErrnoException).code ?? 'unreadable'}); releases of the library are: ${known}`,
    );
  }
  try {
    return parseRelease(text);
  } catch (error) {
    throw new CommandError(`${file} is not a release file: ${(error as Error).message}`);
  }
}
