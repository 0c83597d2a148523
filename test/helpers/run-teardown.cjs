const { rmSync } = require('node:fs');

/** Deletes the folder of the run. */
module.exports = () => rmSync(process.env.TEST_RUN_FOLDER, { recursive: true, force: true });
