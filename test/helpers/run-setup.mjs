import { mkdirSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const MEMORY = '/dev/shm';
const GIBIBYTE = 1024 ** 3;

/** Returns whether there is a file system in memory with enough room for the cloud assemblies of a test file in each worker. */
function hasMemory() {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > GIBIBYTE;
  } catch {
    return false;
  }
}

/** Creates an empty folder for the files of one run, so that nothing of an earlier run can be found in it. In memory, deleting them takes no time. */
export default function setUp() {
  process.env.TEST_RUN_FOLDER = mkdtempSync(path.join(hasMemory() ? MEMORY : tmpdir(), 'cdk-posthog-tests-'));
  mkdirSync(path.join(process.env.TEST_RUN_FOLDER, 'templates'));
}
