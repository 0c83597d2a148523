import { CfnResource, CustomResourceProvider, CustomResourceProviderRuntime, Duration, RemovalPolicy, Size } from 'aws-cdk-lib/core';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { programFolder } from './assets';

/** A program of this package that answers for custom resources. */
export interface ProgramFunctionOptions {
  /** What scripts/bundle.mjs calls it. */
  readonly program: string;
  readonly description: string;
  readonly timeout: Duration;
  /** What it may do whatever it is asked about, as statements of a policy. */
  readonly policyStatements?: object[];
}

/**
 * The function of a stack that answers for a type of custom resource, however many of them there are.
 *
 * Rights that depend on what it is asked about are for the caller to add. Its log ends with the stack, and is all that it may write to of itself.
 *
 * @param scope where it is needed
 * @param type the type of the custom resources, `Custom::...`
 * @param options the program
 */
export function programFunction(scope: Construct, type: string, options: ProgramFunctionOptions): CustomResourceProvider {
  const provider = CustomResourceProvider.getOrCreateProvider(scope, type, {
    codeDirectory: programFolder(options.program),
    runtime: CustomResourceProviderRuntime.NODEJS_24_X,
    timeout: options.timeout,
    memorySize: Size.mebibytes(256),
    description: options.description,
    policyStatements: options.policyStatements,
  });
  if (!provider.node.tryFindChild('Logs')) {
    defineLogs(provider);
  }
  return provider;
}

function defineLogs(provider: CustomResourceProvider): void {
  const logs = new LogGroup(provider, 'Logs', { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
  provider.addToRolePolicy({ Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: logs.logGroupArn });
  (provider.node.findChild('Handler') as CfnResource).addPropertyOverride('LoggingConfig', { LogGroup: logs.logGroupName });
  // Not there where the app brings its own roles.
  (provider.node.tryFindChild('Role') as CfnResource | undefined)?.addPropertyDeletionOverride('ManagedPolicyArns');
  acknowledge(logs, { CloudWatchLogGroupEncrypted: 'encrypted with the key that CloudWatch Logs keeps' });
}
