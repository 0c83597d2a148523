import { Template } from 'aws-cdk-lib/assertions';
import { FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ClientAddress, PostHogProps, PostHogRelease, Product } from '../lib';
import { locationOf } from '../lib/private/image-reference';
import { newPostHog, newStack } from './helpers/stack';
import { statementsOf } from './helpers/template';

const ECR = '111122223333.dkr.ecr.eu-central-1.amazonaws.com';

interface Container {
  readonly Name: string;
  readonly Image: unknown;
  readonly RepositoryCredentials?: { readonly CredentialsParameter: unknown };
}

interface Task {
  readonly Properties: {
    readonly ContainerDefinitions: readonly Container[];
    readonly ExecutionRoleArn: { readonly 'Fn::GetAtt': [string, string] };
  };
}

/** Everything: all products, the sidecar of verified addresses, and a new ClickHouse and topics. */
function templateOf(props: Partial<PostHogProps>, secretName?: string): Template {
  const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
  const registryCredentials: ISecret | undefined =
    secretName === undefined
      ? undefined
      : Secret.fromSecretCompleteArn(stack, 'DockerHub', `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${secretName}-AbCdEf`);
  newPostHog(stack, {
    products: Object.values(Product),
    clientAddress: ClientAddress.verified(),
    kafka: undefined,
    clickHouse: undefined,
    registryCredentials,
    ...props,
  });
  return Template.fromStack(stack);
}

function containersOf(template: Template): Container[] {
  return Object.values(template.findResources('AWS::ECS::TaskDefinition') as Record<string, Task>).flatMap(
    ({ Properties }) => Properties.ContainerDefinitions,
  );
}

function isOnDockerHub({ Image }: Container): boolean {
  return typeof Image === 'string' && locationOf(Image.split(/[@]|:(?=[^/]*$)/)[0]).registry === 'docker.io';
}

describe('with images from other registries', () => {
  const release = PostHogRelease.V2026_09_11_R2.withImagesFrom({ 'docker.io': `${ECR}/docker-hub`, 'ghcr.io': `${ECR}/github` });
  const template = templateOf({ release });

  test('every container has an image from there', () => {
    const elsewhere = containersOf(template).filter(({ Image }) => !JSON.stringify(Image).includes('111122223333.dkr.ecr.eu-central-1.'));
    expect(containersOf(template).length).toBeGreaterThan(30);
    expect(elsewhere).toEqual([]);
  });

  test('the server of a new ClickHouse can pull its image and that of the app from there', () => {
    const policies = JSON.stringify(['AWS::IAM::Role', 'AWS::IAM::Policy'].map((type) => template.findResources(type)));
    const repositories = ['clickhouse/clickhouse-server', 'posthog/posthog'].map((name) => `:repository/docker-hub/${name}"`);
    expect(repositories.filter((repository) => !policies.includes(repository))).toEqual([]);
  });

  test('the nginx of verified addresses keeps its digest, and the CIDR blocks that it trusts', () => {
    const [plain] = containersOf(templateOf({})).filter(({ Name }) => Name === 'client-address');
    const [copied] = containersOf(template).filter(({ Name }) => Name === 'client-address');
    expect(JSON.stringify(copied.Image)).toContain(String(plain.Image).split('@')[1]);
    expect({ ...copied, Image: '' }).toEqual({ ...plain, Image: '' });
  });

  test('an image of nginx from a registry without copies is refused', () => {
    const clientAddress = ClientAddress.verified({ image: 'quay.io/nginx/nginx-unprivileged:1' });
    expect(() => templateOf({ release, clientAddress })).toThrow(
      "`registries` must have the registry quay.io, which the image quay.io/nginx/nginx-unprivileged:1 comes from, got: ['docker.io', 'ghcr.io']",
    );
  });
});

describe('with credentials for Docker Hub', () => {
  const template = templateOf({}, 'docker-hub');
  const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:docker-hub-AbCdEf';

  test('every container with an image from there has them, and no other', () => {
    const containers = containersOf(template);
    const expected = containers.filter(isOnDockerHub).map(({ Name }) => Name);
    expect(expected).toEqual(expect.arrayContaining(['web', 'temporal', 'checks', 'migrate', 'topics', 'client-address']));
    expect(containers.filter(({ RepositoryCredentials }) => RepositoryCredentials).map(({ Name }) => Name)).toEqual(expected);
    expect(new Set(containers.flatMap(({ RepositoryCredentials }) => RepositoryCredentials?.CredentialsParameter ?? []))).toEqual(new Set([ARN]));
  });

  test('the execution roles of those tasks can read the secret, and no other role', () => {
    const tasks = Object.values(template.findResources('AWS::ECS::TaskDefinition') as Record<string, Task>);
    const expected = tasks
      .filter(({ Properties }) => Properties.ContainerDefinitions.some(isOnDockerHub))
      .map(({ Properties }) => Properties.ExecutionRoleArn['Fn::GetAtt'][0]);
    const roles = Object.keys(template.findResources('AWS::IAM::Role'));
    const ofRole = (role: string) => statementsOf(template, role).filter((one) => JSON.stringify(one).includes('docker-hub'));
    const reading = roles.filter((role) => ofRole(role).length > 0);
    expect(new Set(reading.filter((role) => !role.includes('ClickHouse')))).toEqual(new Set(expected));
    const statements = reading.flatMap(ofRole);
    expect(new Set(statements.flatMap(({ actions }) => actions))).toEqual(
      new Set(['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue']),
    );
    const resources = statements.flatMap(({ resources }) => resources).filter((one) => JSON.stringify(one).includes('docker-hub'));
    expect(new Set(resources)).toEqual(new Set([ARN]));
  });

  test('no container has credentials without them', () => {
    expect(containersOf(templateOf({})).filter(({ RepositoryCredentials }) => RepositoryCredentials)).toEqual([]);
  });
});

test('addClientAddressProxy() takes the credentials of a task definition of your own', () => {
  const stack = newStack();
  const { ingress } = newPostHog(stack, { clientAddress: ClientAddress.verified() });
  const taskDefinition = new FargateTaskDefinition(stack, 'Task');
  taskDefinition.addContainer('app', { image: { bind: () => ({ imageName: 'app' }) } });
  const registryCredentials = Secret.fromSecretNameV2(stack, 'DockerHub', 'docker-hub');
  ingress.addClientAddressProxy(taskDefinition, { upstreamPort: 8000, registryCredentials });
  const [task] = Object.entries(Template.fromStack(stack).findResources('AWS::ECS::TaskDefinition') as Record<string, Task>).filter(([id]) =>
    id.startsWith('Task'),
  );
  expect(task[1].Properties.ContainerDefinitions.map(({ Name, RepositoryCredentials }) => [Name, RepositoryCredentials !== undefined])).toEqual([
    ['app', false],
    ['client-address', true],
  ]);
});
