/** @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['<rootDir>/test/nginx/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Bodies of 64 MB, and requests that take their time.
  testTimeout: 30_000,
};
