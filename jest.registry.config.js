/** @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['<rootDir>/test/registry/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // A registry is started, and the command runs in processes of its own.
  testTimeout: 60_000,
};
