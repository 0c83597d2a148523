import { existsSync } from 'node:fs';
import path from 'node:path';
import { programFolder, scriptText } from '../../lib/private/assets';

test('programFolder finds a bundled program', () => {
  expect(existsSync(path.join(programFolder('load-balancer-addresses'), 'index.js'))).toBe(true);
});

test('programFolder fails for a missing program, and names the command', () => {
  expect(() => programFolder('nobody')).toThrow(
    /^the bundled program 'nobody' of cdk-posthog is missing, expected at: .*assets.nobody.index\.js; run `npm run bundle` in the folder of cdk-posthog/,
  );
});

test('scriptText removes comments and empty lines, and keeps the code', () => {
  const script = scriptText('catalog', 'processes', 'app', 'start-worker.sh');
  expect(script.split('\n').filter((line) => /^\s*(#.*)?$/.test(line))).toEqual(['']);
  expect(script).toContain('say() { echo "[templates] $*"; }\nanswers() {\n  python - <<\'EOF\' 2>&1\nimport os');
  expect(scriptText('migration', 'script', 'stores.py')).toMatch(/^import datetime\n/);
});
