// Takes the scripts out of package.json while npm packs it, and puts them back. None of them works in an installed package, and npm warns of
// some. `node scripts/package-json.mjs strip` and `restore`.
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const FILE = path.join(ROOT, 'package.json');
const SAVED = path.join(ROOT, 'build', 'package.json.saved');
function strip() {
  copyFileSync(FILE, SAVED);
  const packed = JSON.parse(readFileSync(FILE, 'utf8'));
  delete packed.scripts;
  writeFileSync(FILE, `${JSON.stringify(packed, undefined, 2)}\n`);
}

function restore() {
  if (existsSync(SAVED)) {
    renameSync(SAVED, FILE);
  }
}

({ strip, restore })[process.argv[2]]();
