import { existsSync } from 'node:fs';
import path from 'node:path';
import { programFolder } from '../../lib/private/assets';

test('finds a program that was bundled', () => {
  expect(existsSync(path.join(programFolder('load-balancer-addresses'), 'index.js'))).toBe(true);
});

test('fails for a program that was not bundled, and names the command', () => {
  expect(() => programFolder('nobody')).toThrow(
    /^the bundled program 'nobody' of cdk-posthog is missing, expected at: .*assets.nobody.index\.js; run `npm run bundle` in the folder of cdk-posthog/,
  );
});
