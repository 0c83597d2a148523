/** @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['<rootDir>/test/boot/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // File systems are made and mounted.
  testTimeout: 60_000,
};
