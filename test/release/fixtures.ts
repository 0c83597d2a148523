import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../cli/preview/program';

const folder = temporaryFolder();
let files = 0;

/** Writes a release file, and returns its path. */
export function releaseFile(text: string): string {
  files += 1;
  const file = path.join(folder, `release-${files}.json`);
  writeFileSync(file, text);
  return file;
}
