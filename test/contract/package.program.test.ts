import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT } from '../helpers/app';

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const MANIFEST = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** The files that npm packs of this checkout, without what is built first. */
async function packedFiles(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    maxBuffer: 16 * 1024 * 1024,
  });
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  return files.map((file) => file.path);
}

/** The relative links and pictures of a page. */
function linksOf(file: string): string[] {
  const links = [...readFileSync(path.join(ROOT, file), 'utf8').matchAll(/\]\(([^)\s]+)\)|\bsrc(?:set)?="([^"]+)"/g)].map(
    ([, link, picture]) => link ?? picture,
  );
  return links.filter((link) => !/^([a-z]+:|#)/.test(link)).map((link) => path.normalize(path.join(path.dirname(file), link.split('#')[0])));
}

test('every relative link of a packed page leads to a packed file', async () => {
  const files = await packedFiles();
  const pages = files.filter((file) => file.endsWith('.md'));
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'examples/README.md', 'docs/images.md']));
  const isPacked = (target: string) => files.some((file) => file === target || file.startsWith(`${target}/`));
  expect(pages.flatMap((page) => linksOf(page).flatMap((target) => (isPacked(target) ? [] : `${page}: ${target}`)))).toEqual([]);
}, 300_000);

test('the package has no tests, no sources in TypeScript but examples, and no copy of package.json', async () => {
  const files = await packedFiles();
  expect(files.filter((file) => /^(test|scripts|cli|bin)\//.test(file) || file.endsWith('.saved'))).toEqual([]);
  expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.startsWith('examples/'))).toEqual([]);
}, 300_000);

test('the package has every file of the library that is read at synthesis', async () => {
  const files = await packedFiles();
  const read = readdirSync(path.join(ROOT, 'lib'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.ts'))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
  expect(read.filter((file) => !files.includes(file))).toEqual([]);
  expect(read.length).toBeGreaterThan(30);
}, 300_000);

test('package.json is packed without its scripts, and gets them back', () => {
  expect(MANIFEST.scripts.prepack.endsWith('node scripts/package-json.mjs strip')).toBe(true);
  expect(MANIFEST.scripts.postpack).toBe('node scripts/package-json.mjs restore');
  expect(existsSync(path.join(ROOT, 'scripts', 'package-json.mjs'))).toBe(true);
});

test('the oldest aws-cdk-lib of the range is one that every language has', () => {
  const [, minor] = /^\^2\.(\d+)\.0$/.exec(MANIFEST.peerDependencies['aws-cdk-lib'])!;
  expect(Number(minor)).toBeLessThanOrEqual(270);
  expect(MANIFEST.engines.node).toBe('>= 22');
});
