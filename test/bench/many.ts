import { App, Stack } from 'aws-cdk-lib/core';
import { FEATURE_FLAGS, newPostHog } from '../helpers/stack';

// Run as a process of its own: defines and synthesises as many PostHogs as its argument says, each in a stack, and prints the milliseconds.
const count = Number(process.argv[2]);
synthesise(1);
const start = process.hrtime.bigint();
synthesise(count);
process.stdout.write(String(Number(process.hrtime.bigint() - start) / 1e6));

function synthesise(posthogs: number): void {
  const app = new App({ context: FEATURE_FLAGS });
  for (let i = 0; i < posthogs; i++) {
    newPostHog(new Stack(app, `Stack${i}`), { products: undefined });
  }
  app.synth();
}
