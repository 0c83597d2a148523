const { rmSync } = require('node:fs');

module.exports = () => rmSync(process.env.SHARED_TEMPLATES, { recursive: true, force: true });
