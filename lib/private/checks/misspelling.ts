/** The number of letters of a name below which one wrong letter makes another word. */
const SHORT = 5;
/** The number of letters from which a name may have two wrong letters. */
const LONG = 10;

/** Returns the name that a wrong name probably means: another spelling of it, or one with a letter or two that are wrong; undefined for no name. */
export function misspellingOf(wrong: string, names: readonly string[]): string | undefined {
  const same = names.find((name) => plain(name) === plain(wrong));
  if (same !== undefined) {
    return same;
  }
  const [nearest] = names
    .map((name): [string, number] => [name, distance(plain(name), plain(wrong))])
    .filter(([name, letters]) => letters <= wrongLetters(name))
    .sort(([, one], [, other]) => one - other);
  return nearest?.[0];
}

function wrongLetters({ length }: string): number {
  if (length < SHORT) {
    return 0;
  }
  return length < LONG ? 1 : 2;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '');
}

/** Returns the number of letters to insert, remove, replace or swap with their neighbour that make one text from another. */
function distance(one: string, other: string): number {
  const rows = Array.from({ length: one.length + 1 }, (_, i) => Array.from({ length: other.length + 1 }, (__, j) => (i === 0 ? j : j === 0 ? i : 0)));
  for (let i = 1; i <= one.length; i++) {
    for (let j = 1; j <= other.length; j++) {
      const replaced = rows[i - 1][j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1] ? rows[i - 2][j - 2] + 1 : Infinity;
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, replaced, swapped);
    }
  }
  return rows[one.length][other.length];
}
