/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/examples/**/*.test.ts'],
  // Asks an emulated AWS, and ClickHouse's engine, which need Python: npm run test:deploy, npm run test:clickhouse.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/deploy/', '<rootDir>/test/clickhouse/'],
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/cdk.out/'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: {
    '^cdk-posthog$': '<rootDir>/lib/index.ts',
    // Commands are loaded with `import()`, which wants the name of the file that TypeScript would write.
    '^\\./([a-z-]+)\\.js$': ['./$1.ts', './$1.js'],
  },
  collectCoverageFrom: ['lib/**/*.ts'],
  coverageReporters: ['text-summary', 'lcov'],
};
