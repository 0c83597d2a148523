import { CfnResource, CustomResourceProvider, CustomResourceProviderBase, CustomResourceProviderRuntime, Duration, Size, Stack } from 'aws-cdk-lib/core';
import { ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { programFolder } from './assets';
import { defineLogGroup } from './log-group';

const LOGS = 'Logs';

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
  if (!provider.node.tryFindChild(LOGS)) {
    defineLogs(provider);
  }
  return provider;
}

/**
 * Gives the CDK's function of a stack for custom resources of a type, if there is one, a log group that is deleted with the stack. Lambda would create
 * one that nothing deletes.
 */
export function logCdkFunction(scope: Construct, type: string): void {
  const provider = Stack.of(scope).node.tryFindChild(`${type}CustomResourceProvider`);
  if (provider instanceof CustomResourceProviderBase && !provider.node.tryFindChild(LOGS)) {
    defineLogs(provider);
  }
}

/** Returns the log group of a function. */
export function programLogGroup(provider: CustomResourceProvider): ILogGroup {
  return provider.node.findChild(LOGS) as LogGroup;
}

function defineLogs(provider: CustomResourceProviderBase): void {
  const logs = defineLogGroup(provider, LOGS);
  provider.addToRolePolicy({ Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: logs.logGroupArn });
  (provider.node.findChild('Handler') as CfnResource).addPropertyOverride('LoggingConfig', { LogGroup: logs.logGroupName });
  // Undefined if the app uses its own roles.
  (provider.node.tryFindChild('Role') as CfnResource | undefined)?.addPropertyDeletionOverride('ManagedPolicyArns');
}
