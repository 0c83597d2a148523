#!/usr/bin/env node
import { COMMANDS } from '../lib/cli/commands';
import { runProgram } from '../lib/cli/program';

void runProgram(COMMANDS, process.argv.slice(2), {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
}).then((exitCode) => {
  process.exitCode = exitCode;
});
