import { rmSync } from 'node:fs';

/** Deletes the folder of the run. */
export default function tearDown() {
  rmSync(process.env.TEST_RUN_FOLDER, { recursive: true, force: true });
}
