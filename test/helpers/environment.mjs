/* eslint-disable @typescript-eslint/explicit-member-accessibility -- JavaScript has no modifiers. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { TestEnvironment } from 'jest-environment-node';

/**
 * What every app of a test gets, unless the test says otherwise. Validating a template and capturing where each construct was created takes
 * longer than the synthesis itself, and the CDK prints annotations that tests read with `Annotations.fromStack`.
 */
process.env.CDK_VALIDATION ??= 'false';
process.env.CDK_CONTEXT_JSON ??= JSON.stringify({
  '@aws-cdk/core:annotationsInValidationReport': false,
  'aws:cdk:disable-creation-stack-traces': true,
  'aws:cdk:disable-stack-trace': true,
});

/** The folder for temporary files of this worker, in that of the run: see run-setup.mjs. */
const FOLDER = path.join(process.env.TEST_RUN_FOLDER, `worker-${process.pid}`);

const METHODS = ['debug', 'error', 'info', 'log', 'warn'];

/** The heap size in bytes from which on packages are loaded again: the CDK keeps every token, and with it the apps of all tests. */
const MAX_HEAP = 700 * 1024 * 1024;

/** The frames in stack traces of packages. Those of tests and of this library are as long as Jest sets them. */
const MAX_STACK_FRAMES = 25;

function restore(variable, value) {
  if (value === undefined) {
    delete process.env[variable];
  } else {
    process.env[variable] = value;
  }
}

function unload(packages) {
  const { cache } = createRequire(import.meta.url);
  Object.keys(cache)
    .filter((file) => packages.test(file))
    .forEach((file) => delete cache[file]);
  delete globalThis.__cdkTokenMap;
}

/**
 * Node.js with packages that the test files of a worker share, as they share Node.js's own modules.
 *
 * Jest evaluates every module again for each test file. For the CDK that takes longer than most tests.
 */
export default class SharedPackagesEnvironment extends TestEnvironment {
  constructor(config, context) {
    const { packages, startsPrograms } = config.projectConfig.testEnvironmentOptions;
    // Programs may have to run from the folder for temporary files, which a file system in memory can forbid.
    const temporary = startsPrograms ? undefined : FOLDER;
    const before = process.env.TMPDIR;
    if (temporary) {
      mkdirSync(temporary, { recursive: true });
      process.env.TMPDIR = temporary;
    }
    super(config, context);
    this.packages = new RegExp(packages);
    this.temporary = temporary;
    this.before = before;
  }

  async setup() {
    await super.setup();
    if (process.memoryUsage().heapUsed > MAX_HEAP) {
      unload(this.packages);
    }
    const load = createRequire(import.meta.url);
    this.global.loadSharedModule = (file) => load(file);
    // Jest sets 100 frames. The CDK captures a stack trace for each acknowledged finding.
    Error.stackTraceLimit = MAX_STACK_FRAMES;
    // The CDK listens for the end of the process in each app, to remove its files.
    process.setMaxListeners(Infinity);
    // Packages write to the console of the worker.
    this.originals = METHODS.map((name) => console[name]);
    METHODS.forEach((name) => {
      console[name] = (...parameters) => this.global.console[name](...parameters);
    });
  }

  async teardown() {
    METHODS.forEach((name, index) => {
      console[name] = this.originals[index];
    });
    if (this.temporary) {
      readdirSync(this.temporary).forEach((name) => rmSync(path.join(this.temporary, name), { recursive: true }));
      restore('TMPDIR', this.before);
    }
    await super.teardown();
  }
}
