/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/examples/**/*.test.ts'],
  // Ask an emulated AWS, which needs Python: npm run test:deploy. Run the real nginx: npm run test:nginx. Drive Chromium: npm run test:browser.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/deploy/', '<rootDir>/test/nginx/', '<rootDir>/test/browser/'],
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/cdk.out/'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: {
    '^cdk-posthog$': '<rootDir>/lib/index.ts',
    // Commands are loaded with `import()`, which wants the name of the file that TypeScript would write.
    '^\\./([a-z/-]+)\\.js$': ['./$1.ts', './$1.js'],
  },
  collectCoverageFrom: ['lib/**/*.ts'],
  coverageReporters: ['text-summary', 'lcov'],
};
