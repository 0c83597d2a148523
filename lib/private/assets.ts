import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The package's folder. The file itself is in `lib/` or, compiled, in `build/`, or a part of a command that is bundled in `assets/`. */
const PACKAGE = packageFolder(__dirname);

const ASSETS = path.join(PACKAGE, 'assets');

/** Returns the nearest folder with a package.json, from a folder upwards. */
function packageFolder(folder: string): string {
  const parent = path.dirname(folder);
  return parent === folder || existsSync(path.join(folder, 'package.json')) ? folder : packageFolder(parent);
}

/**
 * Returns the path of a script that runs in a container or on an instance; the package has it in lib/, next to the TypeScript that uses it.
 *
 * @param segments the path below lib/
 */
export function scriptPath(...segments: string[]): string {
  return path.join(PACKAGE, 'lib', ...segments);
}

/**
 * Returns the text of a shell or Python script that a container gets as its command: without comments and empty lines, because a task definition is
 * limited to 64 KiB and a template to a megabyte. A Python script also loses docstrings, so a body needs more than one, and three of four spaces of
 * each indentation.
 *
 * @param segments the path below lib/
 */
export function scriptText(...segments: string[]): string {
  const file = scriptPath(...segments);
  const text = readFileSync(file, 'utf8');
  if (!file.endsWith('.py')) {
    return withoutLines(text, /^\s*(#.*)?$/).join('\n') + '\n';
  }
  const lines = withoutLines(text.replace(/^"""[^]*?"""\n/, ''), /^\s*(#.*|"""[^"]+""")?$/);
  return lines.map((line) => line.replace(/^( {4})+/, ({ length }) => ' '.repeat(length / 4))).join('\n') + '\n';
}

function withoutLines(text: string, pattern: RegExp): string[] {
  return text.split('\n').filter((line) => !pattern.test(line));
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
