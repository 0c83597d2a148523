import { CfnResource, CustomResourceProvider, CustomResourceProviderRuntime, Duration, RemovalPolicy, Size } from 'aws-cdk-lib/core';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { programFolder } from './assets';

/** Options for the function of a program that implements custom resources. */
export interface ProgramFunctionOptions {
  /** The program's name in scripts/bundle.mjs. */
  readonly program: string;
  readonly description: string;
  readonly timeout: Duration;
  /** The permissions that do not depend on a single resource, as policy statements. */
  readonly policyStatements?: object[];
}

/**
 * Returns the function of a stack for all custom resources of a type.
 *
 * Callers add permissions that depend on a single resource. By default it can only write to its log group, which is deleted with the stack.
 *
 * @param scope the scope of a custom resource
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
  // Undefined if the app uses its own roles.
  (provider.node.tryFindChild('Role') as CfnResource | undefined)?.addPropertyDeletionOverride('ManagedPolicyArns');
  acknowledge(logs, { CloudWatchLogGroupEncrypted: 'encrypted with the key that CloudWatch Logs keeps' });
}
