#!/usr/bin/env node
import { ExitCode } from '../cli/command';
import { COMMANDS, runProgram } from '../cli/program';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader such as `head` may close the pipe early. That is not a failure.
  if (error.code !== 'EPIPE') {
    process.stderr.write(`cdk-posthog: cannot write the output: ${error.message}\n`);
    process.exit(ExitCode.FAILED);
  }
});

void runProgram(COMMANDS, process.argv.slice(2), {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
}).then((exitCode) => {
  process.exitCode = exitCode;
});
