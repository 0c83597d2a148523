/** What needs a server, a browser or an engine, by its folder: each has a script of its own, which installs what it needs. */
const SERVERS = ['boot', 'browser', 'clickhouse', 'deploy', 'languages', 'nginx', 'postgresql', 'registry'];

const SHARED = {
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/cdk.out/'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: {
    '^cdk-posthog$': '<rootDir>/lib/index.ts',
  },
};

/** What takes minutes, and runs before an issue is called resolved: .ci/full. */
const SLOW = 'full';

const OTHERS = ['/node_modules/', ...[...SERVERS, SLOW].map((name) => `<rootDir>/test/${name}/`)];

/** @type {import('jest').Config} */
module.exports = {
  // A machine with two processors has two workers as well, and a machine under load needs more than five seconds for a test.
  maxWorkers: '100%',
  testTimeout: 60_000,
  collectCoverageFrom: ['lib/**/*.ts', 'cli/**/*.ts'],
  coverageReporters: ['text-summary', 'lcov'],
  projects: [
    {
      ...SHARED,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/examples/**/*.test.ts'],
      testPathIgnorePatterns: [...OTHERS, '\\.program\\.test\\.ts$'],
      setupFilesAfterEnv: ['<rootDir>/test/helpers/no-programs.ts'],
    },
    { ...SHARED, displayName: 'programs', testMatch: ['<rootDir>/test/**/*.program.test.ts'], testPathIgnorePatterns: OTHERS },
    ...[...SERVERS, SLOW].map((name) => ({ ...SHARED, displayName: name, testMatch: [`<rootDir>/test/${name}/**/*.test.ts`] })),
  ],
};
