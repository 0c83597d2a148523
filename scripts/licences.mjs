// The licences of what is bundled: they ask to be passed on with every copy.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;

/** The licence texts of every package that went into bundles, one after the other. */
export function licencesOf(root, metafiles) {
  const inputs = metafiles.flatMap(({ inputs: files }) => Object.keys(files));
  const folders = [...new Set(inputs.map((file) => PACKAGE.exec(file)?.[0]).filter(Boolean))].sort();
  return folders
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
      const file = readdirSync(path.join(root, folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
      const text = file ? readFileSync(path.join(root, folder, file), 'utf8').trim() : `Licence: ${license}`;
      return `${name} ${version}\n\n${text}\n`;
    })
    .join('\n----\n\n');
}
