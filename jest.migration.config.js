/** @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['<rootDir>/test/migration/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Each file starts servers or programs of its own.
  maxWorkers: 1,
};
