import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../helpers/app';

const DOCS = path.join(ROOT, 'docs');
const ADR = path.join(DOCS, 'adr');

function pagesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .sort();
}

/** The pages of the same folder that its index links in tables and lists, which is where a reader looks for them. */
function listedIn(folder: string): string[] {
  const rows = readFileSync(path.join(folder, 'README.md'), 'utf8').matchAll(/^(?:\| |\d+\. )\[[^\]]+\]\(([\w.-]+\.md)\)/gm);
  return [...rows].map(([, page]) => page).sort();
}

test('the index of docs lists every page once', () => {
  expect(listedIn(DOCS)).toEqual(pagesOf(DOCS));
});

test('the index of decisions lists every page once, with its number and its title', () => {
  const pages = pagesOf(ADR);
  expect(listedIn(ADR)).toEqual(pages);
  const index = readFileSync(path.join(ADR, 'README.md'), 'utf8');
  const titles = pages.map((page) => ({ page, title: /^# (.*)$/m.exec(readFileSync(path.join(ADR, page), 'utf8'))![1] }));
  expect(titles.filter(({ page, title }) => !index.includes(`${title.replace(/^(\d+)\. (.*)$/, '$1. [$2]')}(${page})`))).toEqual([]);
  expect(titles.filter(({ page, title }) => Number(page.slice(0, 4)) !== Number(title.split('.')[0]))).toEqual([]);
});

test('every decision has a context, a decision, consequences and sources, on at most a page', () => {
  const pages = pagesOf(ADR).map((page) => ({ page, text: readFileSync(path.join(ADR, page), 'utf8') }));
  const headings = (text: string) => [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading).join();
  expect(pages.filter(({ text }) => headings(text) !== 'Context,Decision,Consequences,Sources').map(({ page }) => page)).toEqual([]);
  expect(pages.filter(({ text }) => text.split('\n').length > 60).map(({ page }) => page)).toEqual([]);
});

test('the words of the glossary are in alphabetical order', () => {
  const words = [...readFileSync(path.join(DOCS, 'glossary.md'), 'utf8').matchAll(/^\| (?!word |---)([^|]+) \|/gm)].map(([, word]) => word);
  expect(words.length).toBeGreaterThan(20);
  expect(words).toEqual([...words].sort((one, other) => one.localeCompare(other, 'en')));
});
