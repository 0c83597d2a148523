import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../helpers/app';

/**
 * Words that this code base once had for what AWS, the CDK and PostHog already name, each with the word to use.
 *
 * A word that is also ordinary English is only looked for in the context in which it was misused.
 */
const RETIRED: readonly [pattern: RegExp, instead: string][] = [
  [/\bdoors?\b/i, 'ingress, entry point'],
  [/\bways? in(?! which)\b/i, 'ingress, entry point'],
  [/\bentrances?\b/i, 'entry point, route'],
  [/\bend(s|ing|ed)? TLS\b/i, 'terminate TLS'],
  [/\bvisitors?\b/i, 'client'],
  [/\bstrangers?\b/i, 'public client'],
  [/\binsiders?\b/i, 'allowed client'],
  [/\bpassages?\b/i, 'request trace'],
  [/\bbelie(f|fs|ve|ves|ved|ving)\b/i, 'trust, resolve'],
  [/\bjudg(e|es|ed|ing|ement|ements|ment|ments)\b/i, 'check, result'],
  [/\bverdicts?\b/i, 'result, status'],
  [/\bunasked\b/i, 'unavailable'],
  [/\basks AWS\b/i, 'reads, describes'],
  [/\b(is|are|was|were|be|been) asked about\b/i, 'is read, is described'],
  [/\b(is|are|was|were|be|been) told\b/i, 'is configured with, reports'],
  [/\btells\b/i, 'reports, says'],
  [/\bstand-?ins?\b/i, 'stub'],
  [/\bstands\b(?! for)/i, 'is, exists, is deployed'],
  [/\bstood\b/i, 'was, existed'],
  [/\bwhat stands\b/i, 'a deployment'],
  [/\bwhom\b/i, 'a sentence without it'],
  [/\bwhatever\b/i, 'every, all'],
  [/\bwhoever\b/i, 'everyone who'],
  [/\bbesides\b/i, 'also, other than'],
  [/\bbeside\b/i, 'sidecar, next to'],
  [/\banew\b/i, 'again'],
  [/\bmend(s|ed|ing)?\b/i, 'fix'],
  [/\breckon(s|ed|ing)?\b/i, 'estimate'],
  [/\bsurroundings\b/i, 'context, environment, dependencies'],
  [/\bmisfits?\b/i, 'unsupported'],
  [/\bfactOf\b/, 'requireAttribute'],
  [/\brunAgain\b/, 'trigger'],
  [/\bafterwards\??:/, 'postMigrationCommands'],
  [/\bREST_PRIORITY\b/, 'DEFAULT_RULE_PRIORITY'],
  [/\b(LOOKING|OF_REQUESTS|OF_MIGRATIONS|IN_ANY_CASE|UNASKED)\b/, 'a noun'],
  [/\bspare capacity\b/i, 'Spot'],
  [/\bwhat (remembers|runs)\b/i, 'data stores, services'],
  [/\bdatabases? of places\b/i, 'GeoIP database'],
  [/\bcan be brought\b/i, 'bring your own, existing'],
  [/\bmachine types?\b/i, 'instance type'],
  [/\brooms? of the house\b/i, 'folder'],
];

/** How many doc comments still begin with a question word. It may fall, and never rise. */
const QUESTION_WORDS = 0;

/** Text that people read: sources, documents, and what the commands print, which is in their sources. */
const FILES = ['lib', 'cli', 'bin', 'docs']
  .flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|md|html|css|sh|py)$/.test(file))
      .map((file) => path.join(folder, file)),
  )
  .concat('README.md', 'CONTRIBUTING.md');

/** A title of a test, which is what a failure prints. */
const TITLE = /(?:\b(?:test|describe|it)(?:\.each[^\n(]*(?:\([^\n]*\))?)?\(|^\s*\]?\)\()\s*(['"`])(?<title>(?:\\.|(?!\1).)*)\1/gm;

/** Returns the retired words in a text. */
function retiredIn(text: string): string[] {
  return RETIRED.flatMap(
    ([pattern, instead]) =>
      pattern
        .exec(text)
        ?.slice(0, 1)
        .map((word) => `${word} (use: ${instead})`) ?? [],
  );
}

test('no retired word is used', () => {
  expect(FILES.length).toBeGreaterThan(300);
  const found = FILES.flatMap((file) =>
    readFileSync(path.join(ROOT, file), 'utf8')
      .split('\n')
      .flatMap((line, i) => retiredIn(line).map((word) => `${file}:${i + 1}: ${word}`)),
  );
  expect(found).toEqual([]);
});

test('no retired word is in the title of a test', () => {
  const files = readdirSync(path.join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => path.join('test', file));
  const titles = files.flatMap((file) =>
    [...readFileSync(path.join(ROOT, file), 'utf8').matchAll(TITLE)].map(({ groups }) => ({ file, title: groups!.title })),
  );
  expect(titles.length).toBeGreaterThan(500);
  expect(titles.flatMap(({ file, title }) => retiredIn(title).map((word) => `${file}: '${title}': ${word}`))).toEqual([]);
});

test('doc comments name the thing or begin with a verb', () => {
  const begun = FILES.filter((file) => file.endsWith('.ts')).flatMap((file) =>
    [...readFileSync(path.join(ROOT, file), 'utf8').matchAll(/\/\*\*\s+(?:\* )?(What|How|Who|Which|Where|Whether|Whatever)\b[^\n]*/g)].map(
      ([text]) => `${file}: ${text}`,
    ),
  );
  expect(begun.length).toBeLessThanOrEqual(QUESTION_WORDS);
});
