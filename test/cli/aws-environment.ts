import { Wire } from './doctor/wire';

/** The environment of a command that reads an account: credentials of nobody, and no other configuration of this machine. */
export function awsEnvironment(wire: Wire): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: wire.endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    ...withoutCredentials(),
  };
}

/** The environment of a command that finds no credentials. */
export function withoutCredentials(): Readonly<Record<string, string>> {
  return {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    AWS_MAX_ATTEMPTS: '1',
    NO_PROXY: '127.0.0.1',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/** Replaces the environment's variables of AWS until the end of the file. */
export function useEnvironment(variables: () => Readonly<Record<string, string>>): void {
  const before = { ...process.env };
  beforeEach(() => {
    Object.keys(process.env)
      .filter((name) => name.startsWith('AWS_'))
      .forEach((name) => delete process.env[name]);
    Object.assign(process.env, variables());
  });
  afterAll(() => {
    Object.keys(process.env)
      .filter((name) => !(name in before))
      .forEach((name) => delete process.env[name]);
    Object.assign(process.env, before);
  });
}
