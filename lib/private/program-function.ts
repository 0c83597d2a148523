import { CfnResource, CustomResourceProviderBase, Duration, Stack } from 'aws-cdk-lib/core';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { programFolder } from './assets';
import { defineLogGroup } from './log-group';

/** The id of the log group of a function. */
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
 * The function of a stack for all custom resources of a type.
 *
 * Callers add permissions that depend on a single resource. By default it can only write to its log group, which is deleted with the stack.
 *
 * It is not a `CustomResourceProvider` of the CDK, whose function and role are plain resources that tags and aspects do not reach. It runs behind the
 * same entry point, which reports the result to CloudFormation (scripts/bundle.mjs adds it to the program).
 */
export class ProgramFunction extends Construct {
  /**
   * Returns the function of a stack.
   *
   * @param scope the scope of a custom resource
   * @param type the type of the custom resources, `Custom::...`
   * @param options the program
   */
  public static of(scope: Construct, type: string, options: ProgramFunctionOptions): ProgramFunction {
    const stack = Stack.of(scope);
    const id = `${type}CustomResourceProvider`;
    return (stack.node.tryFindChild(id) as ProgramFunction | undefined) ?? new ProgramFunction(stack, id, options);
  }

  public readonly serviceToken: string;
  public readonly logGroup: ILogGroup;

  private readonly permissions = new PolicyDocument();

  private constructor(scope: Construct, id: string, options: ProgramFunctionOptions) {
    super(scope, id);
    this.logGroup = defineLogGroup(this, LOGS);
    const { functionArn } = new LambdaFunction(this, 'Handler', {
      code: Code.fromAsset(programFolder(options.program)),
      handler: '__entrypoint__.handler',
      runtime: Runtime.NODEJS_24_X,
      timeout: options.timeout,
      memorySize: 256,
      description: options.description,
      // The policy is a part of the role: a custom resource refers to the function, so it waits for its permissions.
      role: new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), inlinePolicies: { Inline: this.permissions } }),
      logGroup: this.logGroup,
    });
    this.serviceToken = functionArn;
    options.policyStatements?.forEach((statement) => this.addToRolePolicy(statement));
    this.addToRolePolicy({ Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: this.logGroup.logGroupArn });
    acknowledge(this, {
      IAMNoInlinePolicy: 'the role belongs to this function, and so does its policy',
      LambdaConcurrency: 'it is invoked by deployments only',
      LambdaDLQ: 'CloudFormation invokes it, and gets its errors',
      LambdaInsideVPC: 'it calls AWS APIs and public addresses only, and nothing in the VPC',
    });
  }

  /** Adds a policy statement. */
  public addToRolePolicy(statement: object): void {
    this.permissions.addStatements(PolicyStatement.fromJson(statement));
  }
}

/**
 * Gives the CDK's function of a stack for custom resources of a type, if there is one, a log group that is deleted with the stack. Lambda would
 * create one that nothing deletes.
 */
export function logCdkFunction(scope: Construct, type: string): void {
  const provider = Stack.of(scope).node.tryFindChild(`${type}CustomResourceProvider`);
  if (provider instanceof CustomResourceProviderBase && !provider.node.tryFindChild(LOGS)) {
    const logs = defineLogGroup(provider, LOGS);
    provider.addToRolePolicy({ Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: logs.logGroupArn });
    (provider.node.findChild('Handler') as CfnResource).addPropertyOverride('LoggingConfig', { LogGroup: logs.logGroupName });
    // Undefined if the app uses its own roles.
    (provider.node.tryFindChild('Role') as CfnResource | undefined)?.addPropertyDeletionOverride('ManagedPolicyArns');
  }
}
