import { generateKeyPairSync } from 'node:crypto';
import { CfnParameter, Fn, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { ISecret, Secret, SecretProps } from 'aws-cdk-lib/aws-secretsmanager';
import { AppSecretsOptions } from '../../../lib';
import { AppSecrets } from '../../../lib/services/secrets/app-secrets';
import { newStack } from '../../helpers/stack';
import { ofType } from '../../helpers/template';

type Name = keyof AppSecretsOptions;
interface Generated {
  Description: string;
  GenerateSecretString: { ExcludePunctuation: boolean; PasswordLength: number };
}

const NAMES: Name[] = [
  'secretKey',
  'encryptionSaltKeys',
  'internalApiSecret',
  'internalRequestToken',
  'browserlessToken',
  'oidcRsaPrivateKey',
  'jwtSigningKey',
  'flagsSecretKeys',
  'temporalSecretKey',
];

function define(props: AppSecretsOptions = {}, stack = newStack(), policy = RemovalPolicy.RETAIN): AppSecrets {
  return new AppSecrets(stack, 'Secrets', props, policy);
}

function rsaKey(modulusLength: number, type: 'pkcs1' | 'pkcs8' = 'pkcs8'): string {
  return generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ type, format: 'pem' }).toString();
}

/** Passes in a secret of the same stack. */
function passIn(name: Name, props: SecretProps, stack = newStack()): AppSecrets {
  return define({ [name]: new Secret(stack, 'Existing', props) }, stack);
}

describe('generated secrets', () => {
  const stack = newStack();
  define({}, stack);
  const template = Template.fromStack(stack);

  test.each([
    ['SECRET_KEY', 64],
    ['ENCRYPTION_SALT_KEYS', 32],
    ['INTERNAL_API_SECRET', 64],
    ['INTERNAL_REQUEST_TOKEN', 64],
    ['BROWSERLESS_TOKEN', 64],
    ['JWT_SIGNING_KEY', 64],
  ])('%s has %i characters without punctuation', (name, length) => {
    const found = ofType<Generated>(template, 'AWS::SecretsManager::Secret').filter(([, { Properties }]) =>
      Properties.Description.endsWith(`: ${name}`),
    );
    expect(found.map(([, { Properties }]) => Properties.GenerateSecretString)).toEqual([{ ExcludePunctuation: true, PasswordLength: length }]);
  });

  test('OIDC_RSA_PRIVATE_KEY is created empty and filled by a function', () => {
    const [[id, { Properties }]] = ofType<Generated>(template, 'AWS::SecretsManager::Secret').filter(
      ([
        ,
        {
          Properties: { Description },
        },
      ]) => Description === 'PostHog app: OIDC_RSA_PRIVATE_KEY',
    );
    expect(Properties).toEqual({ Description: 'PostHog app: OIDC_RSA_PRIVATE_KEY' });
    expect(ofType(template, 'Custom::PostHogRsaKey').map(([, key]) => key.Properties.SecretArn)).toEqual([{ Ref: id }]);
  });

  test.each([
    ['FLAGS_SECRET_KEYS', 'list'],
    ['TEMPORAL_SECRET_KEY', 'encoded'],
  ])('%s is created empty, and filled by a function that knows SECRET_KEY and the stack', (name, Format) => {
    const secrets = ofType<Generated>(template, 'AWS::SecretsManager::Secret');
    const idFor = (description: string) => secrets.find(([, { Properties }]) => Properties.Description === description)![0];
    const id = idFor(`PostHog app: ${name}`);
    expect(Object.keys(secrets.find(([one]) => one === id)![1].Properties)).toEqual(['Description']);
    const values = ofType<{ SecretArn: { Ref: string } }>(template, 'Custom::PostHogFernetKey');
    expect(values.filter(([, value]) => value.Properties.SecretArn.Ref === id).map(([, value]) => value.Properties)).toEqual([
      expect.objectContaining({ Format, PreviousArn: { Ref: idFor('PostHog app: SECRET_KEY') }, Stack: { Ref: 'AWS::StackId' } }),
    ]);
  });

  test('there is one secret for each purpose, always in the same order', () => {
    expect(ofType(template, 'AWS::SecretsManager::Secret').map(([, { Properties }]) => Properties.Description)).toEqual([
      'PostHog app: SECRET_KEY',
      'PostHog app: ENCRYPTION_SALT_KEYS',
      'PostHog services: INTERNAL_API_SECRET',
      'PostHog app: INTERNAL_REQUEST_TOKEN',
      'PostHog browserless: BROWSERLESS_TOKEN',
      'PostHog app: OIDC_RSA_PRIVATE_KEY',
      'PostHog app: JWT_SIGNING_KEY',
      'PostHog app: FLAGS_SECRET_KEYS',
      'PostHog app: TEMPORAL_SECRET_KEY',
    ]);
  });

  test('are retained when the stack is deleted', () => {
    template.allResources('AWS::SecretsManager::Secret', { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
  });

  test('are deleted with the stack if `removalPolicy` is DESTROY', () => {
    const other = newStack();
    define({}, other, RemovalPolicy.DESTROY);
    Template.fromStack(other).allResources('AWS::SecretsManager::Secret', { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
  });
});

describe('secrets that are passed in', () => {
  test('are used as they are; with all of them, no resource is defined', () => {
    const stack = newStack();
    const props = Object.fromEntries(NAMES.map((name) => [name, Secret.fromSecretNameV2(stack, name, name)])) as Record<Name, ISecret>;
    const secrets = define(props, stack);
    for (const name of NAMES) {
      expect(secrets[name]).toBe(props[name]);
    }
    expect(Template.fromStack(stack).toJSON()).not.toHaveProperty('Resources');
  });

  test.each(NAMES)('with only %s, the others are generated', (name) => {
    const stack = newStack();
    const existing = Secret.fromSecretNameV2(stack, 'Existing', 'existing');
    expect(define({ [name]: existing }, stack)[name]).toBe(existing);
    Template.fromStack(stack).resourceCountIs('AWS::SecretsManager::Secret', NAMES.length - 1);
  });

  test.each<[Name, number]>([
    ['secretKey', 32],
    ['secretKey', 200],
    ['encryptionSaltKeys', 32],
    ['internalApiSecret', 16],
    ['internalRequestToken', 16],
    ['browserlessToken', 16],
    ['jwtSigningKey', 32],
    ['flagsSecretKeys', 32],
    ['temporalSecretKey', 32],
  ])('accepts %s with %i generated characters', (name, passwordLength) => {
    expect(() => passIn(name, { generateSecretString: { excludePunctuation: true, passwordLength } })).not.toThrow();
  });

  test('accepts punctuation in `secretKey`', () => {
    expect(() => passIn('secretKey', { generateSecretString: { passwordLength: 50 } })).not.toThrow();
  });

  test('accepts several keys with commas between them for `flagsSecretKeys`', () => {
    const keys = ['a'.repeat(32), 'b'.repeat(64)].join(',');
    expect(() => passIn('flagsSecretKeys', { secretStringValue: SecretValue.unsafePlainText(keys) })).not.toThrow();
  });

  test('with your own `secretKey`, the function takes its encrypting part in a new stack too', () => {
    const stack = newStack();
    define({ secretKey: Secret.fromSecretNameV2(stack, 'Existing', 'existing') }, stack);
    const template = Template.fromStack(stack);
    expect(ofType(template, 'Custom::PostHogFernetKey').map(([, { Properties }]) => Object.keys(Properties).sort())).toEqual(
      Array(2).fill(['Format', 'PreviousArn', 'Prop', 'SecretArn', 'ServiceTimeout', 'ServiceToken']),
    );
    expect(JSON.stringify(template.toJSON())).not.toContain('DescribeStacks');
  });

  test.each<[string, SecretProps]>([
    ['generated without punctuation', { generateSecretString: { excludePunctuation: true, passwordLength: 64 } }],
    ['generated without commas', { generateSecretString: { excludeCharacters: '",', passwordLength: 64 } }],
    ['a text without a comma', { secretStringValue: SecretValue.unsafePlainText('a'.repeat(40)) }],
  ])('tokens that `secretKey` signed stay valid if it is %s', (_, props) => {
    const secrets = passIn('secretKey', props);
    expect(secrets._previousJwtKey).toBe(secrets.secretKey);
  });

  test.each<[string, SecretProps]>([
    ['generated with punctuation', { generateSecretString: { passwordLength: 64 } }],
    ['a text with a comma', { secretStringValue: SecretValue.unsafePlainText(`,${'a'.repeat(40)}`) }],
    ['a reference', { secretStringValue: SecretValue.secretsManager('other') }],
  ])('no part of `secretKey` becomes a key of its own if it is %s', (_, props) => {
    expect(passIn('secretKey', props)._previousJwtKey).toBeUndefined();
  });

  test('accepts several keys with commas between them for `encryptionSaltKeys`', () => {
    const keys = [`${'a'.repeat(31)}-`, `${'B'.repeat(31)}_`].join(',');
    expect(() => passIn('encryptionSaltKeys', { secretStringValue: SecretValue.unsafePlainText(keys) })).not.toThrow();
  });
});

describe('oidcRsaPrivateKey', () => {
  const key = rsaKey(2048);
  const give = (text: string) => passIn('oidcRsaPrivateKey', { secretStringValue: SecretValue.unsafePlainText(text) });

  test.each([
    ['PKCS #8', key],
    ['PKCS #1, as `openssl genrsa` prints it', rsaKey(2048, 'pkcs1')],
    ['one line, as PostHog reads it too', key.replaceAll('\n', '\\n')],
  ])('accepts %s', (_, text) => {
    expect(() => give(text)).not.toThrow();
  });

  test.each([
    ['a key of less than 2048 bits', rsaKey(1024)],
    ['a key of another kind', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['a public key', generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['a key that is cut off', key.slice(0, -40)],
    ['a text that is no key', 'secret'],
  ])('refuses %s without showing it', (_, text) => {
    expect(() => give(text)).toThrow(
      `[Stack/Secrets] \`oidcRsaPrivateKey\` must be an RSA private key of 2048 bits or more, in PEM, and has ${text.length} characters; ` +
        'store the output of `openssl genrsa 3072` in a secret and import that, or leave it out',
    );
  });

  test('refuses a value that Secrets Manager generates', () => {
    expect(() => passIn('oidcRsaPrivateKey', {})).toThrow(
      '`oidcRsaPrivateKey` must be an RSA private key of 2048 bits or more, in PEM, and has 32 characters',
    );
  });
});

describe('values that are unknown at synthesis', () => {
  test('accepts imported secrets, by name or ARN', () => {
    const stack = newStack();
    expect(() =>
      define(
        {
          encryptionSaltKeys: Secret.fromSecretNameV2(stack, 'Name', 'name'),
          secretKey: Secret.fromSecretCompleteArn(stack, 'Arn', 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:name-AbCdEf'),
          internalApiSecret: Secret.fromSecretCompleteArn(stack, 'Token', Fn.importValue('SecretArn')),
          oidcRsaPrivateKey: Secret.fromSecretNameV2(stack, 'Pem', 'pem'),
        },
        stack,
      ),
    ).not.toThrow();
  });

  test('accepts a token, and a reference to another secret or parameter', () => {
    const stack = newStack();
    const parameter = new CfnParameter(stack, 'Keys', { noEcho: true });
    expect(() => passIn('encryptionSaltKeys', { secretStringValue: SecretValue.cfnParameter(parameter) }, stack)).not.toThrow();
    expect(() => passIn('encryptionSaltKeys', { secretStringValue: SecretValue.secretsManager('other') })).not.toThrow();
    expect(() => passIn('encryptionSaltKeys', { secretStringValue: SecretValue.ssmSecure('other', '1') })).not.toThrow();
  });

  test('accepts letters and digits if `excludeCharacters` excludes the punctuation', () => {
    const excludeCharacters = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
    expect(() => passIn('encryptionSaltKeys', { generateSecretString: { excludeCharacters, passwordLength: 32 } })).not.toThrow();
  });

  test('accepts a secret of another stack in the right format', () => {
    const stack = newStack();
    const elsewhere = new Stack(stack.node.root, 'Elsewhere');
    const secretKey = new Secret(elsewhere, 'SecretKey', { generateSecretString: { excludePunctuation: true, passwordLength: 64 } });
    expect(define({ secretKey }, stack).secretKey).toBe(secretKey);
  });
});

describe('errors', () => {
  const CASES: [Name, SecretProps, string, string][] = [
    ['secretKey', { generateSecretString: { passwordLength: 31 } }, 'must be 32 characters or more, and has 31 characters', '64'],
    [
      'encryptionSaltKeys',
      { generateSecretString: { excludePunctuation: true, passwordLength: 64 } },
      'must be exactly 32 letters, digits, _ or -, or several such keys separated by commas, and has 64 characters',
      '32',
    ],
    ['encryptionSaltKeys', { generateSecretString: { passwordLength: 32 } }, 'must be exactly 32 letters', '32'],
    ['encryptionSaltKeys', {}, 'must be exactly 32 letters', '32'],
    [
      'encryptionSaltKeys',
      { secretStringValue: SecretValue.unsafePlainText(`${'a'.repeat(32)},${'b'.repeat(31)}`) },
      'must be exactly 32 letters',
      '32',
    ],
    ['internalApiSecret', { generateSecretString: { passwordLength: 15 } }, 'must be 16 characters or more, and has 15 characters', '64'],
    [
      'internalRequestToken',
      { secretStringValue: SecretValue.unsafePlainText('short') },
      'must be 16 characters or more, and has 5 characters',
      '64',
    ],
    [
      'jwtSigningKey',
      { secretStringValue: SecretValue.unsafePlainText(`${'a'.repeat(32)},b`) },
      'must be 32 characters or more, without a comma, and has 34 characters',
      '64',
    ],
    ['browserlessToken', { generateSecretString: { passwordLength: 64 } }, 'must be 16 letters and digits or more, and has 64 characters', '64'],
  ];

  test.each(CASES)('refuses %s with %j', (name, props, rule, length) => {
    expect(() => passIn(name, props)).toThrow(`[Stack/Secrets] \`${name}\` ${rule}`);
    expect(() => passIn(name, props)).toThrow(
      `; define it with generateSecretString: { excludePunctuation: true, passwordLength: ${length} }, or leave it out`,
    );
  });

  test.each<[Name, string]>([
    ['flagsSecretKeys', `${'a'.repeat(32)},${'b'.repeat(31)}`],
    ['flagsSecretKeys', 'a'.repeat(31)],
    ['temporalSecretKey', 'a'.repeat(31)],
  ])('refuses %s with a key of 31 characters', (name, text) => {
    expect(() => passIn(name, { secretStringValue: SecretValue.unsafePlainText(text) })).toThrow(
      new RegExp(`\\[Stack/Secrets\\] \`${name}\` must be 32 characters or more.*; define it with generateSecretString: \\{.*passwordLength: 64`),
    );
  });

  test('refuses a secret of another stack in the wrong format', () => {
    const stack = newStack();
    const elsewhere = new Stack(stack.node.root, 'Elsewhere');
    expect(() => define({ secretKey: new Secret(elsewhere, 'Short', { generateSecretString: { passwordLength: 8 } }) }, stack)).toThrow(
      '`secretKey` must be 32 characters or more',
    );
  });

  test('does not show the value in the message', () => {
    expect(() => passIn('internalApiSecret', { secretStringValue: SecretValue.unsafePlainText('hunter2') })).toThrow(/^(?!.*hunter2)/);
  });
});
