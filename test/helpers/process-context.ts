import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { newStack, stores } from './stack';
import { containerOf } from './template';
import { containerImage } from '../../lib/private/container-image';
import { AppSecrets } from '../../lib/services/app-secrets';
import { ProcessContext, ProcessDefinition, Stores } from '../../lib/services/process-definition';

/** What a process is told, by variable: texts as they are, secrets as the name of the secret and the key in it. */
export type Settings = Record<string, string>;

/** The settings of a process in a stack of a fixed account and region, with other stores where a test gives them. */
export function settingsOf(definition: ProcessDefinition, others: (stack: ReturnType<typeof newStack>) => Partial<Stores> = () => ({})): Settings {
  const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
  const context: ProcessContext = {
    ...stores(stack),
    ...others(stack),
    secrets: new AppSecrets(stack, 'Secrets', {}, RemovalPolicy.RETAIN),
    telemetry: false,
    proxyEnvironment: { IS_BEHIND_PROXY: 'True', TRUSTED_PROXIES: '10.0.0.4' },
    addressOf: (process) => `http://${process}.internal`,
  };
  const { environment, secrets } = definition.settings(context);
  new FargateTaskDefinition(stack, 'Task').addContainer(definition.process, { image: containerImage(stack, 'Image', 'image'), environment, secrets });
  const container = containerOf(Template.fromStack(stack), definition.process);
  return Object.fromEntries([
    ...(container.Environment ?? []).map(({ Name, Value }): [string, string] => [Name, text(Value)]),
    ...(container.Secrets ?? []).map(({ Name, ValueFrom }): [string, string] => [Name, `secret ${secretName(ValueFrom)}`]),
  ]);
}

function text(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const { 'Fn::Join': join } = value as { 'Fn::Join'?: [string, (string | { Ref: string })[]] };
  return join![1].map((part) => (typeof part === 'string' ? part : part.Ref.replace('AWS::URLSuffix', 'amazonaws.com'))).join(join![0]);
}

/** `postgres-url` or `clickhouse password`; of a secret of the stack, the construct id. */
function secretName(valueFrom: unknown): string {
  if (typeof valueFrom === 'string') {
    return valueFrom.split(':secret:')[1].replace(/::$/, '').replace(':', ' ');
  }
  return (valueFrom as { Ref: string }).Ref.replace(/^Secrets/, '').replace(/[0-9A-F]{8}$/, '');
}
