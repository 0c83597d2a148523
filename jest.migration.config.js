/** @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['<rootDir>/test/migration/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // A database server is made and started, and programs wait for each other.
  testTimeout: 60_000,
};
