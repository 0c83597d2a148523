/** What needs a server, a browser or an engine, by its folder: each has a script of its own, which installs what it needs. */
const SERVERS = ['boot', 'browser', 'clickhouse', 'deploy', 'languages', 'nginx', 'postgresql', 'registry'];

const SHARED = {
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/cdk.out/'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: {
    '^cdk-posthog$': '<rootDir>/lib/index.ts',
  },
};

/** Packages that a worker loads once for all its test files. Each is large and keeps nothing from one test that another one could see. */
const PACKAGES = '/node_modules/(?:aws-cdk-lib|constructs|@aws-cdk/[^/]+|cdk-nag|typescript|fast-check|pure-rand)/';

/** Tests of the library and its command line, without servers. */
const LIBRARY = {
  ...SHARED,
  testEnvironment: '<rootDir>/test/helpers/environment.mjs',
  testEnvironmentOptions: { packages: PACKAGES },
  transform: { [`${PACKAGES}.+\\.[cm]?js$`]: '<rootDir>/test/helpers/shared-packages.mjs', ...SHARED.transform },
  transformIgnorePatterns: [`/node_modules/(?!${PACKAGES.slice('/node_modules/'.length)})`],
};

/** What takes minutes, and runs before an issue is called resolved: .ci/full. */
const SLOW = 'full';

const OTHERS = ['/node_modules/', ...[...SERVERS, SLOW].map((name) => `<rootDir>/test/${name}/`)];

/** @type {import('jest').Config} */
module.exports = {
  // A machine with two processors has two workers as well. No test waits for a clock: a time-out only ends a test that hangs.
  maxWorkers: '100%',
  testTimeout: 300_000,
  globalSetup: '<rootDir>/test/helpers/run-setup.mjs',
  globalTeardown: '<rootDir>/test/helpers/run-teardown.mjs',
  collectCoverageFrom: ['lib/**/*.ts', 'cli/**/*.ts'],
  coverageReporters: ['text-summary', 'lcov'],
  projects: [
    {
      ...LIBRARY,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/examples/**/*.test.ts'],
      testPathIgnorePatterns: [...OTHERS, '\\.program\\.test\\.ts$'],
      setupFilesAfterEnv: ['<rootDir>/test/helpers/no-programs.ts', '<rootDir>/test/helpers/no-output.ts'],
    },
    {
      ...LIBRARY,
      displayName: 'programs',
      testEnvironmentOptions: { packages: PACKAGES, startsPrograms: true },
      testMatch: ['<rootDir>/test/**/*.program.test.ts'],
      testPathIgnorePatterns: OTHERS,
    },
    { ...LIBRARY, displayName: SLOW, testMatch: [`<rootDir>/test/${SLOW}/**/*.test.ts`] },
    ...SERVERS.map((name) => ({ ...SHARED, testEnvironment: 'node', displayName: name, testMatch: [`<rootDir>/test/${name}/**/*.test.ts`] })),
  ],
};
