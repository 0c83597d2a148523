import { createPrivateKey } from 'node:crypto';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { defineFernetKey, defineRsaKey } from '../../../lib/services/secrets/function-keys';
import { Answer, Api, ApiCall, Invocation, packedFunction } from '../../helpers/custom-resource';

const SECRET = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:PostHogSecretsOidcRsaPrivateKey-AbCdEf';
/** What Lambda must leave for the function to have five seconds, and tell CloudFormation. */
const FIVE_SECONDS = 65_000;

const lambda = packedFunction((stack) => {
  defineRsaKey(stack, 'Key', 'a key', RemovalPolicy.RETAIN);
  const previous = new Secret(stack, 'Previous');
  defineFernetKey(stack, 'Fernet', 'a key', RemovalPolicy.RETAIN, { format: 'list', previous, isNew: true, prop: 'flagsSecretKeys' });
});

function event(type: string, properties: object = { SecretArn: SECRET }): object {
  return {
    RequestType: type,
    ResponseURL: 'https://localhost/answer?signature=secret',
    StackId: 'arn:stack',
    RequestId: 'request-1',
    LogicalResourceId: 'Key',
    ResourceType: 'Custom::PostHogRsaKey',
    ServiceToken: 'arn:function',
    ResourceProperties: { ServiceToken: 'arn:function', ...properties },
    ...(type === 'Create' ? {} : { PhysicalResourceId: 'first' }),
    ...(type === 'Update' ? { OldResourceProperties: {} } : {}),
  };
}

function ok(body: object): ReturnType<Api> {
  return { status: 200, body: JSON.stringify(body) };
}

function error(type: string, message: string): ReturnType<Api> {
  return { status: 400, body: JSON.stringify({ __type: type, message }) };
}

const DENIED = error('AccessDeniedException', 'User is not authorized to perform: secretsmanager:PutSecretValue');

/** A secret of Secrets Manager, which takes one content for each version: what it is described as, and what it holds. */
class FakeSecret {
  public readonly versions = new Map<string, string>();

  public constructor(private readonly description: object = {}) {}

  /** What it holds, as whoever uses it reads it. */
  public get values(): string[] {
    return [...this.versions.values()];
  }

  public readonly api: Api = ({ action, json }) => {
    switch (action) {
      case 'DescribeSecret':
        return ok({
          ARN: json.SecretId,
          ...(this.versions.size > 0 ? { VersionIdsToStages: { [[...this.versions.keys()][0]]: ['AWSCURRENT'] } } : {}),
          ...this.description,
        });
      case 'PutSecretValue':
        return this.put(json as { ClientRequestToken: string; SecretString: string });
      default:
        throw new Error(`the function has no permission for ${action}`);
    }
  };

  private put({ ClientRequestToken: id, SecretString: value }: { ClientRequestToken: string; SecretString: string }): ReturnType<Api> {
    if (this.versions.has(id) && this.versions.get(id) !== value) {
      return error('ResourceExistsException', 'A resource with the ID you requested already exists.');
    }
    this.versions.set(id, value);
    return ok({ ARN: SECRET, VersionId: id });
  }
}

function onlyAnswer({ answers, bytes, log }: Invocation): Answer {
  expect(answers).toHaveLength(1);
  expect(bytes).toBeLessThan(4096);
  // Neither the key nor what CloudFormation signs with.
  expect(`${JSON.stringify(answers)}${log}`).not.toMatch(/PRIVATE KEY|signature=secret/);
  return answers[0];
}

function actions(): string[] {
  return lambda.calls.map(({ action }) => action);
}

/** The one answer of an invocation that fails. */
async function failure(api: Api, asked: object = event('Create'), time?: number): Promise<string> {
  const { Status, Reason, Data } = onlyAnswer(await lambda.invoke(asked, api, time));
  expect({ Status, Data }).toEqual({ Status: 'FAILED', Data: undefined });
  expect(Reason).not.toContain('index.js');
  return Reason;
}

describe('the bundled function', () => {
  test('puts an RSA key of 3072 bits into an empty secret, and returns its ARN', async () => {
    const secret = new FakeSecret();
    expect(onlyAnswer(await lambda.invoke(event('Create'), secret.api))).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'request-1',
      Data: { SecretArn: SECRET },
    });
    expect(secret.values).toHaveLength(1);
    const [text] = secret.values;
    expect(text).toMatch(/^-----BEGIN PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+\n-----END PRIVATE KEY-----\n$/);
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(text);
    expect([asymmetricKeyType, asymmetricKeyDetails]).toEqual(['rsa', { modulusLength: 3072, publicExponent: 65537n }]);
  }, 60_000);

  test("calls Secrets Manager for this secret only, signed with the function's credentials, with a valid version id", async () => {
    await lambda.invoke(event('Create'), new FakeSecret().api);
    expect(lambda.calls.map(({ action, json }) => [action, json.SecretId])).toEqual([
      ['DescribeSecret', SECRET],
      ['PutSecretValue', SECRET],
    ]);
    expect(lambda.calls[0].credential).toMatch(/^AKIDEXAMPLE\/\d{8}\/eu-central-1\/secretsmanager\/aws4_request$/);
    expect(lambda.calls[1].json).toEqual({
      SecretId: SECRET,
      SecretString: expect.anything() as unknown,
      ClientRequestToken: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  }, 60_000);

  test.each(['Create', 'Update'])('keeps an existing value on %s', async (type) => {
    const secret = new FakeSecret({ VersionIdsToStages: { theirs: ['AWSCURRENT'], older: ['AWSPREVIOUS'] } });
    expect(onlyAnswer(await lambda.invoke(event(type), secret.api))).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: type === 'Create' ? 'request-1' : 'first',
      Data: { SecretArn: SECRET },
    });
    expect(actions()).toEqual(['DescribeSecret']);
  });

  test('generates one key for any number of events', async () => {
    const secret = new FakeSecret();
    for (const type of ['Create', 'Create', 'Update']) {
      expect(onlyAnswer(await lambda.invoke(event(type), secret.api)).Status).toBe('SUCCESS');
    }
    expect(secret.values).toHaveLength(1);
  }, 60_000);

  test('keeps the first of two keys if it is invoked twice at the same time', async () => {
    // As the second call sees it: nothing when it looks, the first one's key when it puts its own.
    const secret = new FakeSecret({ VersionIdsToStages: {} });
    await lambda.invoke(event('Create'), secret.api);
    const first = secret.values;
    expect(onlyAnswer(await lambda.invoke(event('Create'), secret.api))).toMatchObject({ Status: 'SUCCESS', Data: { SecretArn: SECRET } });
    expect(actions()).toEqual(['DescribeSecret', 'PutSecretValue']);
    expect(secret.values).toEqual(first);
  }, 60_000);

  test('generates another key for another secret', async () => {
    const ids: unknown[] = [];
    for (const SecretArn of [SECRET, `${SECRET}2`]) {
      await lambda.invoke(event('Create', { SecretArn }), new FakeSecret().api);
      ids.push(lambda.calls[1].json.ClientRequestToken);
    }
    expect(ids[0]).not.toBe(ids[1]);
  }, 60_000);

  test.each([
    ['as usual', event('Delete')],
    ['of one that was never made', { ...event('Delete'), PhysicalResourceId: 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED' }],
    ['without properties', event('Delete', {})],
  ])('always lets go, %s, and asks nothing: the secret has a policy of its own', async (_, asked) => {
    expect(onlyAnswer(await lambda.invoke(asked, () => DENIED)).Status).toBe('SUCCESS');
    expect(lambda.calls).toEqual([]);
  });
});

describe('when AWS throttles requests, the bundled function', () => {
  /** Refuses the first two calls of each kind. */
  function afterTwo(refusal: ReturnType<Api>, api: Api): Api {
    return (call, earlier: readonly ApiCall[]) => (earlier.filter(({ action }) => action === call.action).length < 2 ? refusal : api(call, earlier));
  }

  test('waits and retries', async () => {
    const secret = new FakeSecret();
    expect(onlyAnswer(await lambda.invoke(event('Create'), afterTwo(error('ThrottlingException', 'Rate exceeded'), secret.api))).Status).toBe(
      'SUCCESS',
    );
    expect(secret.values).toHaveLength(1);
  }, 60_000);

  test('waits for a permission that the same deployment grants', async () => {
    const secret = new FakeSecret();
    expect(onlyAnswer(await lambda.invoke(event('Create'), afterTwo(DENIED, secret.api))).Status).toBe('SUCCESS');
    expect(secret.values).toHaveLength(1);
  }, 60_000);

  test('responds to CloudFormation in time if every request is throttled', async () => {
    const start = Date.now();
    expect(await failure(() => error('ThrottlingException', 'Rate exceeded'), event('Create'), FIVE_SECONDS)).toContain(
      'deploy again, or bring your own key with `oidcRsaPrivateKey`',
    );
    expect(Date.now() - start).toBeLessThan(30_000);
    expect(lambda.calls.length).toBeGreaterThan(1);
  }, 60_000);

  test('responds to CloudFormation in time if AWS never responds', async () => {
    expect(await failure(() => 'silence', event('Create'), FIVE_SECONDS)).toContain(
      'AWS did not respond, or throttled requests, until this function timed out: deploy again',
    );
  }, 60_000);
});

describe('errors of the bundled function name the secret and the fix', () => {
  const lost = `the secret ${SECRET} could not be filled with an RSA key: `;

  test('when it has no permission', async () => {
    expect(await failure(() => DENIED, event('Create'), FIVE_SECONDS)).toBe(
      `${lost}User is not authorized to perform: secretsmanager:PutSecretValue; the role of this function has the permission, so look for a service control policy ` +
        'or a permissions boundary that denies it, or bring your own key with `oidcRsaPrivateKey`',
    );
    expect(lambda.calls.length).toBeGreaterThan(1);
  }, 60_000);

  test('when the secret is scheduled for deletion', async () => {
    expect(await failure(new FakeSecret({ DeletedDate: 1_764_000_000 }).api)).toBe(
      `${lost}it is scheduled for deletion: cancel that with \`aws secretsmanager restore-secret --secret-id ${SECRET}\` and deploy again`,
    );
    expect(actions()).toEqual(['DescribeSecret']);
  });

  test.each([
    [
      'gone',
      error('ResourceNotFoundException', "Secrets Manager can't find the specified secret."),
      "Secrets Manager can't find the specified secret.; deploy again",
    ],
    ['refused with a long story', error('InvalidRequestException', 'x'.repeat(5000)), 'xxx'],
  ])('when the secret is %s', async (_, answer, reason) => {
    expect(await failure(() => answer)).toContain(`${lost}${reason}`);
  });

  test('when the key cannot be stored, without showing the key', async () => {
    const { api } = new FakeSecret();
    expect(await failure((call, earlier) => (call.action === 'PutSecretValue' ? error('EncryptionFailure', 'no key') : api(call, earlier)))).toBe(
      `${lost}no key; deploy again, or bring your own key with \`oidcRsaPrivateKey\``,
    );
  }, 60_000);

  test.each([
    ['no properties', { ...event('Create'), ResourceProperties: undefined }],
    ['no secret', event('Create', {})],
    ['a secret that is no text', event('Create', { SecretArn: [SECRET] })],
    ['another type of request', { ...event('Create'), RequestType: 'Migrate' }],
  ])('when an event has %s', async (_, asked) => {
    expect(await failure(new FakeSecret().api, asked)).toContain('the event must be a Create, Update or Delete with SecretArn, got: {');
    expect(lambda.calls).toEqual([]);
  });
});

describe('a key for data that another secret encrypted', () => {
  const PREVIOUS = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:PostHogSecretsSecretKey-AbCdEf';
  const STACK = 'arn:aws:cloudformation:eu-central-1:111122223333:stack/PostHog/00000000-0000-0000-0000-000000000000';
  const SECRET_KEY = `${'aB3'.repeat(20)}last`;
  const request = (Format: string, others: object = { Stack: STACK }) =>
    event('Create', { SecretArn: SECRET, Format, PreviousArn: PREVIOUS, Prop: 'flagsSecretKeys', ...others });

  /** A stack in a state, with its SECRET_KEY. */
  function stackIn(status: string, secret: FakeSecret, previous = SECRET_KEY): Api {
    return (call, earlier) => {
      if (call.action === 'DescribeStacks') {
        expect(call.parameters.StackName).toBe(STACK);
        const stack = `<member><StackName>PostHog</StackName><StackStatus>${status}</StackStatus></member>`;
        return {
          status: 200,
          body: `<DescribeStacksResponse><DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult></DescribeStacksResponse>`,
        };
      }
      if (call.action === 'GetSecretValue') {
        expect(call.json.SecretId).toBe(PREVIOUS);
        return ok({ SecretString: previous });
      }
      return secret.api(call, earlier);
    };
  }

  test.each(['list', 'encoded'])('in the format %s is new in a new stack, and the function does not read the other secret', async (format) => {
    const values: string[] = [];
    for (let stack = 0; stack < 2; stack += 1) {
      const secret = new FakeSecret();
      expect(onlyAnswer(await lambda.invoke(request(format), stackIn('CREATE_IN_PROGRESS', secret)))).toMatchObject({
        Status: 'SUCCESS',
        Data: { SecretArn: SECRET },
      });
      expect(actions()).toEqual(['DescribeSecret', 'DescribeStacks', 'PutSecretValue']);
      values.push(...secret.values);
    }
    expect(values).toEqual([expect.stringMatching(/^[A-Za-z0-9]{64}$/), expect.stringMatching(/^[A-Za-z0-9]{64}$/)]);
    expect(values[0]).not.toBe(values[1]);
  });

  test.each(['UPDATE_IN_PROGRESS', 'IMPORT_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'])(
    'is the first 32 bytes of the other secret if the stack is in the state %s',
    async (status) => {
      const secret = new FakeSecret();
      expect(onlyAnswer(await lambda.invoke(request('list'), stackIn(status, secret))).Status).toBe('SUCCESS');
      expect(secret.values).toEqual([SECRET_KEY.slice(0, 32)]);
    },
  );

  test('is the first 32 bytes of a secret of the user, regardless of the stack', async () => {
    const secret = new FakeSecret();
    expect(onlyAnswer(await lambda.invoke(request('encoded', {}), stackIn('CREATE_IN_PROGRESS', secret))).Status).toBe('SUCCESS');
    expect(actions()).toEqual(['DescribeSecret', 'GetSecretValue', 'PutSecretValue']);
    expect(secret.values).toEqual([SECRET_KEY.slice(0, 32)]);
  });

  test('stays as it is if it has a value', async () => {
    const secret = new FakeSecret({ VersionIdsToStages: { theirs: ['AWSCURRENT'] } });
    expect(onlyAnswer(await lambda.invoke(request('list'), stackIn('UPDATE_IN_PROGRESS', secret))).Status).toBe('SUCCESS');
    expect(actions()).toEqual(['DescribeSecret']);
  });

  test.each([
    ['list', `key,${'a'.repeat(60)}`],
    ['list', ` ${'a'.repeat(60)}`],
    ['list', `${'a'.repeat(31)} ${'a'.repeat(31)}`],
    ['list', `${'a'.repeat(31)}é`],
    ['list', 'short'],
    ['encoded', `hex:${'0a'.repeat(32)}`],
    ['encoded', `base64-urlsafe:${'0a'.repeat(32)}`],
  ])('fails in the format %s if it would mean another key: %s', async (format, previous) => {
    const secret = new FakeSecret();
    const reason = await failure(stackIn('UPDATE_IN_PROGRESS', secret, previous), request(format));
    expect(reason).toBe(
      `the secret ${SECRET} could not be filled with a key: the first 32 bytes of \`secretKey\` cannot be a key of their own: pass a new key as ` +
        `\`flagsSecretKeys\`${format === 'list' ? ', and then save the payloads of remote configuration flags again' : ''}`,
    );
    expect(secret.values).toEqual([]);
  });

  test('is in no message and no log', async () => {
    const { log } = await lambda.invoke(request('list'), stackIn('UPDATE_IN_PROGRESS', new FakeSecret()));
    expect(log).not.toContain(SECRET_KEY.slice(0, 32));
  });
});

test('the emulated Secrets Manager refuses another value for an existing version', () => {
  const secret = new FakeSecret();
  const put = (SecretString: string) =>
    secret.api({ action: 'PutSecretValue', parameters: {}, signed: true, json: { ClientRequestToken: 'id', SecretString } }, []);
  expect(['one', 'two', 'one'].map((value) => (put(value) as { status: number }).status)).toEqual([200, 400, 200]);
  expect(secret.values).toEqual(['one']);
});
