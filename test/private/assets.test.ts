import { existsSync } from 'node:fs';
import path from 'node:path';
import { programFolder } from '../../lib/private/assets';

test('finds a program that was bundled', () => {
  expect(existsSync(path.join(programFolder('load-balancer-addresses'), 'index.js'))).toBe(true);
});

test('fails where it was not, and says how to', () => {
  expect(() => programFolder('nobody')).toThrow(/^the program 'nobody' of cdk-posthog is not there, looked for: .*assets.nobody.index\.js; run `npm run bundle` in the folder of cdk-posthog/);
});
