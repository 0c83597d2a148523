import { existsSync } from 'node:fs';
import path from 'node:path';

/** As far from here as from the compiled file: `lib/` and `build/` are equally deep. */
const ASSETS = path.join(__dirname, '..', '..', 'assets');

/**
 * The folder of a program that was bundled when the package was built.
 *
 * @param name what scripts/bundle.mjs calls it
 */
export function programFolder(name: string): string {
  const folder = path.join(ASSETS, name);
  if (!existsSync(path.join(folder, 'index.js'))) {
    throw new Error(`the program '${name}' of cdk-posthog is not there, looked for: ${path.join(folder, 'index.js')}; run \`npm run bundle\` in the folder of ` +
      'cdk-posthog (`npm ci` does, unless it is told to ignore scripts)');
  }
  return folder;
}
