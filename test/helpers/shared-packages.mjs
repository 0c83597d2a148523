/**
 * A Jest transform that replaces a module of a package by the one that the worker has loaded: see environment.mjs.
 *
 * @type {import('@jest/transform').SyncTransformer}
 */
export default {
  process: (_source, file) => ({ code: `module.exports = loadSharedModule(${JSON.stringify(file)});` }),
  getCacheKey: (_source, file) => Buffer.from(`shared ${file}`).toString('hex'),
};
