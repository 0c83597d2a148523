import { existsSync } from 'node:fs';
import path from 'node:path';

/** The package's folder. The relative path also holds for the compiled file: `lib/` and `build/` are equally deep. */
const PACKAGE = path.join(__dirname, '..', '..');

const ASSETS = path.join(PACKAGE, 'assets');

/**
 * Returns the path of a script that runs in a container or on an instance; the package has it in lib/, next to the TypeScript that uses it.
 *
 * @param segments the path below lib/
 */
export function scriptPath(...segments: string[]): string {
  return path.join(PACKAGE, 'lib', ...segments);
}

/**
 * Returns the folder of a program that was bundled when the package was built.
 *
 * @param name the program's name in scripts/bundle.mjs
 */
export function programFolder(name: string): string {
  const folder = path.join(ASSETS, name);
  if (!existsSync(path.join(folder, 'index.js'))) {
    throw new Error(
      `the bundled program '${name}' of cdk-posthog is missing, expected at: ${path.join(folder, 'index.js')}; run \`npm run bundle\` in the folder of ` +
        'cdk-posthog (`npm ci` does so, unless scripts are ignored)',
    );
  }
  return folder;
}
