import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ALWAYS_PUBLIC } from '../lib/ingress/endpoint-group';
import { PublicEndpoint } from '../lib/ingress/public-endpoint';
import { PROCESSES } from '../lib/services/processes';

const README = path.join(__dirname, '..', 'README.md');
const [BEGIN, END] = ['<!-- begin: endpoints -->', '<!-- end: endpoints -->'];

/** The README's table of endpoints, made from the table that the listener rules are made from. */
export function endpointsTable(): string {
  const deployed = new Set(PROCESSES.map(({ process }) => process));
  const rows = PublicEndpoint.all().map((endpoint) => {
    const answers = deployed.has(endpoint.process) ? endpoint.process : `${endpoint.process} (${endpoint._fallback ? `until it is deployed: ${endpoint._fallback}` : 'not deployed yet'})`;
    const traits = [endpoint.documented ? 'documented' : '', endpoint.legacy ? 'legacy' : '', endpoint.sdkOnly ? 'SDK-only' : ''].filter(Boolean).join(', ');
    const open = ALWAYS_PUBLIC.includes(endpoint.group) ? 'always' : `\`${endpoint.group}\``;
    return [`\`${endpoint.toString().replace(', ', '`, `')}\``, endpoint.purpose, answers, traits, open];
  });
  return [['paths', 'what for', 'answered by', 'kind', 'public'], ['---', '---', '---', '---', '---'], ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The table as it stands in the README. */
export function tableInReadme(): string {
  const text = readFileSync(README, 'utf8');
  return text.slice(text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)).trim();
}

if (require.main === module) {
  const text = readFileSync(README, 'utf8');
  writeFileSync(README, `${text.slice(0, text.indexOf(BEGIN) + BEGIN.length)}\n\n${endpointsTable()}\n\n${text.slice(text.indexOf(END))}`);
}
