import { existsSync } from 'node:fs';
import path from 'node:path';
import { programFolder } from '../../lib/private/assets';

test('programFolder finds a bundled program', () => {
  expect(existsSync(path.join(programFolder('load-balancer-addresses'), 'index.js'))).toBe(true);
});

test('programFolder fails for a missing program, and names the command', () => {
  expect(() => programFolder('nobody')).toThrow(
    /^the bundled program 'nobody' of cdk-posthog is missing, expected at: .*assets.nobody.index\.js; run `npm run bundle` in the folder of cdk-posthog/,
  );
});
