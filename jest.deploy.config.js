/** @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['<rootDir>/test/deploy/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // The CDK synthesises and deploys within a single step.
  testTimeout: 120_000,
  // Each file starts servers or programs of its own.
  maxWorkers: 1,
};
