const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');

/** Creates an empty folder for what the test files of a run share, so that nothing of an earlier run can be found in it. */
module.exports = () => {
  process.env.SHARED_TEMPLATES = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-templates-'));
};
