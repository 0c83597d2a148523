import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Stack } from 'aws-cdk-lib/core';
import { PostHogProcess, Product } from '../../lib';
import { FEATURES, FeatureProp, PRODUCTS, Requirements } from '../../lib/catalog/settings/options';
import { TASK_QUEUES } from '../../lib/catalog/generations/task-queues';
import { TOPICS } from '../../lib/catalog/kafka/topics';
import { appSettings, AppSettingsOptions } from '../../lib/services/settings/app-settings';
import { deployedProcesses } from '../../lib/catalog/processes/deployed-processes';
import { PROCESSES } from '../../lib/catalog/processes';
import { topicsOf } from '../../lib/migration/topics/product-topics';
import { contextIn } from '../helpers/process-context';
import { newStack } from '../helpers/stack';

const ALL = Object.values(Product);

interface Deployed {
  names: Set<string>;
  queues: string[];
}

/** What each process of a deployment has. */
function deployment(products: readonly Product[], props: (stack: Stack) => AppSettingsOptions = () => ({})): Map<PostHogProcess, Deployed> {
  const stack = newStack();
  const deployed = deployedProcesses(products);
  const without = PROCESSES.map(({ process }) => process).filter((process) => !deployed.some((definition) => definition.process === process));
  const context = contextIn(stack, { without, appSettings: appSettings(props(stack)), temporalTaskQueues: undefined });
  return new Map(
    deployed.map((definition) => {
      const { environment, secrets } = definition.settings(context);
      return [
        definition.process,
        { names: new Set([...Object.keys(environment), ...Object.keys(secrets)]), queues: (environment.TASK_QUEUES ?? '').split(' ') },
      ];
    }),
  );
}

/** What is wrong with a deployment that has a choice, and with one that does not have it. */
function wrong(
  { settings, queues }: Requirements,
  processes: readonly PostHogProcess[],
  having: Map<PostHogProcess, Deployed>,
  lacking: Map<PostHogProcess, Deployed>,
): string[] {
  const queuesOf = (deployed: Map<PostHogProcess, Deployed>) => [...deployed.values()].flatMap((one) => one.queues);
  return [
    ...Object.entries(settings).flatMap(([process, names]) => [
      ...names.filter((name) => !having.get(process as PostHogProcess)?.names.has(name)).map((name) => `${process} lacks ${name}`),
      ...names.filter((name) => lacking.get(process as PostHogProcess)?.names.has(name)).map((name) => `${process} has ${name} in any case`),
    ]),
    ...processes.filter((process) => !having.has(process)).map((process) => `${process} is not deployed`),
    ...processes.filter((process) => lacking.has(process)).map((process) => `${process} is deployed in any case`),
    ...queues.filter((queue) => !queuesOf(having).includes(queue)).map((queue) => `${queue} is not served`),
    ...queues.filter((queue) => queuesOf(lacking).includes(queue)).map((queue) => `${queue} is served in any case`),
  ];
}

/** The processes that belong to a product alone. */
function ownOf(product: Product): PostHogProcess[] {
  return PROCESSES.filter(({ products }) => products?.length === 1 && products[0] === product).map(({ process }) => process);
}

const secret = (stack: Stack, name: string) => Secret.fromSecretNameV2(stack, name, name);

/** Each prop, as a user would set it. */
const PROPS: Record<FeatureProp, (stack: Stack) => AppSettingsOptions> = {
  'email': (stack) => ({ email: { host: 'smtp.example.com', fromAddress: 'posthog@example.com', credentials: secret(stack, 'Smtp') } }),
  'singleSignOn.google': (stack) => ({ singleSignOn: { google: { clientId: 'id', clientSecret: secret(stack, 'Google') } } }),
  'singleSignOn.github': (stack) => ({ singleSignOn: { github: { clientId: 'id', clientSecret: secret(stack, 'GitHub') } } }),
  'singleSignOn.gitlab': (stack) => ({ singleSignOn: { gitlab: { clientId: 'id', clientSecret: secret(stack, 'GitLab') } } }),
  'aiKeys.anthropicApiKey': (stack) => ({ aiKeys: { anthropicApiKey: secret(stack, 'Anthropic') } }),
  'aiKeys.openAiApiKey': (stack) => ({ aiKeys: { openAiApiKey: secret(stack, 'OpenAi') } }),
  'aiKeys.geminiApiKey': (stack) => ({ aiKeys: { geminiApiKey: secret(stack, 'Gemini') } }),
  'slackApp': (stack) => ({ slackApp: { clientId: 'id', clientSecret: secret(stack, 'Slack'), signingSecret: secret(stack, 'Signing') } }),
};

const BARE = deployment(ALL);

test.each(Object.keys(FEATURES) as FeatureProp[])('`%s` adds exactly the settings, processes and queues that it needs', (prop) => {
  const having = deployment(ALL, PROPS[prop]);
  expect(wrong(FEATURES[prop], [], having, BARE)).toEqual([]);
  // Nothing else comes with it.
  const added = [...having.get(PostHogProcess.WEB)!.names].filter((name) => !BARE.get(PostHogProcess.WEB)!.names.has(name));
  expect(added.sort()).toEqual([...FEATURES[prop].settings[PostHogProcess.WEB]!].sort());
});

test.each(ALL.filter((product) => product !== Product.EVENTS))(
  'the product %s adds exactly the settings, processes and queues that it needs',
  (product) => {
    expect(wrong(PRODUCTS[product], ownOf(product), BARE, deployment(ALL.filter((other) => other !== product)))).toEqual([]);
  },
);

test('the topics of each product are created with it', () => {
  for (const product of ALL) {
    const created = topicsOf([product], 1).map(({ name }) => name);
    const wanted = TOPICS.filter(({ products, newer }) => newer === undefined && products?.includes(product)).map(({ name }) => name);
    expect(wanted.filter((name) => !created.includes(name))).toEqual([]);
  }
});

test('each queue that needs a prop or a product is listed there', () => {
  const named = [...Object.values(FEATURES), ...Object.values(PRODUCTS)].flatMap(({ queues }) => queues);
  expect(named.filter((name) => !TASK_QUEUES.some((queue) => queue.name === name))).toEqual([]);
  const needing = TASK_QUEUES.filter(
    ({ process, needs, generations }) => process !== undefined && needs !== undefined && generations.includes('2026-07') && needs.allOf === undefined,
  ).map(({ name }) => name);
  expect(needing.filter((name) => !named.includes(name))).toEqual([]);
});
