import { App, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib/core';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';

/** The floor of any library at this size: finished templates, which the CDK only takes in, validates and writes, each as a stack. */
const app = new App();
process.argv.slice(2).forEach((templateFile, index) => {
  const stack = new Stack(app, `SameTemplate${index + 1}`, {
    // Both are in the template already.
    synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
    analyticsReporting: false,
  });
  new CfnInclude(stack, 'Template', { templateFile });
});
