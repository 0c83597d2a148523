import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');

const PAGES = [
  ...readdirSync(ROOT).filter((file) => file.endsWith('.md')),
  ...['docs', 'examples'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md') && !file.split(path.sep).includes('node_modules'))
      .map((file) => path.join(folder, file)),
  ),
].sort();

/** Returns the rows whose number of cells is not that of their header, and delimiter rows that are none. GitHub drops cells without a word. */
function brokenRows(markdown: string): string[] {
  const broken: string[] = [];
  let header: number | undefined;
  let fenced = false;
  let row = 0;
  markdown.split('\n').forEach((line, index) => {
    fenced = line.trimStart().startsWith('```') ? !fenced : fenced;
    if (fenced || !line.startsWith('|')) {
      header = undefined;
      row = 0;
      return;
    }
    const cells = line.trimEnd().split(/(?<!\\)\|/).length;
    header ??= cells;
    row += 1;
    if (cells !== header || !line.trimEnd().endsWith('|') || (row === 2 && !/^\|( *:?-+:? *\|)+$/.test(line.trimEnd()))) {
      broken.push(`line ${index + 1}: ${line.slice(0, 80)}`);
    }
  });
  return broken;
}

test('every row of a table in a page has as many cells as its header', () => {
  expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/verification.md', 'examples/README.md']));
  expect(PAGES.flatMap((page) => brokenRows(readFileSync(path.join(ROOT, page), 'utf8')).map((row) => `${page}, ${row}`))).toEqual([]);
});

test('a row with too few or too many cells, without an end or without a delimiter row is found', () => {
  const table = (...rows: string[]): string[] => brokenRows(['| a | b |', '| --- | ---: |', ...rows].join('\n'));
  expect(table('| 1 | 2 |', '| `a \\| b` | 2 |')).toEqual([]);
  expect(table('| 1 |')).toEqual(['line 3: | 1 |']);
  expect(table('| 1 | 2 | 3 |')).toEqual(['line 3: | 1 | 2 | 3 |']);
  expect(table('| 1 | 2')).toEqual(['line 3: | 1 | 2']);
  expect(brokenRows('| a |\n| b |')).toEqual(['line 2: | b |']);
  expect(brokenRows('```\n| a |\n| b | c |\n```')).toEqual([]);
});
