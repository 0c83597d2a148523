import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

// Relative links and pictures of every Markdown file: to files that exist, and to headings that exist.
const ROOT = path.join(__dirname, '..');
/** Sources are not in the package, so pages link to them in the repository. */
const REPOSITORY = 'https://github.com/cdk-posthog/cdk-posthog/';
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter(Boolean);

const broken = files.flatMap((file) =>
  [...readFileSync(path.join(ROOT, file), 'utf8').matchAll(/\]\(([^)\s]+)\)|\bsrc(?:set)?="([^"]+)"/g)]
    .map(([, link, picture]) => link ?? picture)
    .filter((target) => target.startsWith(REPOSITORY) || !/^[a-z]+:/.test(target))
    .filter((target) => (target.startsWith(REPOSITORY) ? !leadsToSource(target) : !leadsSomewhere(file, target)))
    .map((target) => `${file}: ${target}`),
);

if (broken.length > 0) {
  process.stderr.write(`links that lead nowhere:\n${broken.join('\n')}\n`);
  process.exitCode = 1;
}

function leadsToSource(target: string): boolean {
  const [, source] = /^(?:blob|tree)\/main\/([^#]+)/.exec(target.slice(REPOSITORY.length)) ?? [];
  return source === undefined || existsSync(path.join(ROOT, source));
}

function leadsSomewhere(file: string, target: string): boolean {
  const [place, anchor] = target.split('#');
  const linked = place ? path.join(path.dirname(file), place) : file;
  if (!existsSync(path.join(ROOT, linked))) {
    return false;
  }
  return !anchor || headings(readFileSync(path.join(ROOT, linked), 'utf8')).includes(anchor);
}

function headings(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, text]) =>
    text
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replace(/ /g, '-'),
  );
}
