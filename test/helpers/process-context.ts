import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { newStack, stores } from './stack';
import { containerOf, idOf } from './template';
import { containerImage } from '../../lib/private/container-image';
import { PostHogProcess } from '../../lib';
import { generationOf, NEWEST_GENERATION } from '../../lib/catalog/generations/generation';
import { AppSecrets } from '../../lib/services/secrets/app-secrets';
import { ProcessContext } from '../../lib/catalog/process-context';
import { settingsContext } from '../../lib/services/settings/settings-context';
import { Stores } from '../../lib/stores/posthog-stores';
import { portOf, ProcessDefinition } from '../../lib/catalog/process-definition';
import { definitionOf } from '../../lib/catalog/processes';

/** What a process is told, by variable: texts as they are, secrets as the name of the secret and the key in it. */
export type Settings = Record<string, string>;

/** What surrounds a process, where a test wants it other than usual. */
export interface OtherContext extends Partial<Omit<ProcessContext, keyof Stores>> {
  stores?: (stack: Stack) => Partial<Stores>;
  /** Processes that are not deployed. */
  without?: PostHogProcess[];
}

/** What surrounds a process in a stack of a fixed account and region. */
export function contextIn(stack: Stack, { stores: others = () => ({}), without = [], ...context }: OtherContext = {}): ProcessContext {
  return {
    ...settingsContext({ ...stores(stack), ...others(stack) }),
    secrets: new AppSecrets(stack, 'Secrets', {}, RemovalPolicy.RETAIN),
    url: 'https://posthog.example.com',
    symbolSetKeys: Secret.fromSecretNameV2(stack, 'SymbolSetKeys', 'symbol-set-keys'),
    fileDownloadsRole: Role.fromRoleArn(stack, 'FileDownloads', 'arn:aws:iam::111122223333:role/downloads'),
    appSettings: { environment: {}, secrets: {} },
    telemetry: false,
    generation: generationOf(NEWEST_GENERATION),
    proxyEnvironment: { IS_BEHIND_PROXY: 'True', TRUSTED_PROXIES: '10.0.0.4', ALLOWED_HOSTS: 'posthog.example.com' },
    isDeployed: (process) => !without.includes(process),
    imageOf: (process) => `image-of-${process}`,
    endpointOf: (process) => ({ host: `${process}.internal`, port: portOf(definitionOf(process))! }),
    ...context,
  };
}

/** The settings of a process in a stack of a fixed account and region. */
export function settingsOf(definition: ProcessDefinition, other: OtherContext = {}): Settings {
  const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
  const { environment, secrets } = definition.settings(contextIn(stack, other));
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
  return idOf(valueFrom)
    .replace(/^Secrets/, '')
    .replace(/[0-9A-F]{8}$/, '')
    .replace(/(Keys?)Value$/, '$1');
}
