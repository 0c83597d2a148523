/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/examples/**/*.test.ts'],
  // What needs more than Node.js and bash: npm run test:deploy asks an emulated AWS, test:nginx runs the real nginx, test:browser drives
  // Chromium, test:boot makes file systems, test:clickhouse asks ClickHouse's engine, test:registry runs a real registry of images,
  // test:migration runs PostgreSQL.
  testPathIgnorePatterns: ['/node_modules/', ...['deploy', 'nginx', 'browser', 'boot', 'clickhouse', 'registry', 'migration'].map((name) => `<rootDir>/test/${name}/`)],
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/cdk.out/'],
  // A machine with two processors has two workers, too, and one under load takes longer than five seconds for a test.
  maxWorkers: '100%',
  testTimeout: 60_000,
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: {
    '^cdk-posthog$': '<rootDir>/lib/index.ts',
    // Commands are loaded with `import()`, which wants the name of the file that TypeScript would write.
    '^\\./([a-z/-]+)\\.js$': ['./$1.ts', './$1.js'],
  },
  collectCoverageFrom: ['lib/**/*.ts'],
  coverageReporters: ['text-summary', 'lcov'],
};
