// Compares the findings of checkov with those that are accepted. Usage: compare.mjs <JSON of checkov>
import { readFileSync } from 'node:fs';

const accepted = JSON.parse(readFileSync(new URL('accepted.json', import.meta.url), 'utf8'));
const { summary, results } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const used = new Set();

function isAccepted({ check_id: check, resource }) {
  const entry = accepted.find((one) => one.check === check && new RegExp(one.resources).test(resource.split('.').at(-1)));
  used.add(entry);
  return entry !== undefined;
}

const found = results.failed_checks.filter((finding) => !isAccepted(finding));
const problems = [
  ...(summary.parsing_errors > 0 ? [`${summary.parsing_errors} templates could not be read`] : []),
  // Without this, a scanner that reads nothing would find nothing.
  ...(summary.passed < 700 ? [`only ${summary.passed} checks have passed: were all templates read?`] : []),
  ...found.map(({ check_id: check, check_name: name, file_path: file, resource }) => `${check} ${file} ${resource}: ${name}`),
  ...accepted.filter((entry) => !used.has(entry)).map(({ check, resources }) => `${check} '${resources}' is accepted, but not found: remove it`),
];
problems.forEach((problem) => console.error(problem));
console.log(`checkov: ${summary.passed} checks passed, ${results.failed_checks.length - found.length} accepted, ${problems.length} to fix`);
process.exit(problems.length > 0 ? 1 : 0);
