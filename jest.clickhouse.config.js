/** @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['<rootDir>/test/clickhouse/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // The engine takes its time to load.
  testTimeout: 60_000,
};
