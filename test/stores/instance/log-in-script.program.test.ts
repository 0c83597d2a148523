import { Sandbox } from '../../helpers/boot/sandbox';
import { SAMPLE_IMAGES } from './fixtures';

// The boot scripts that need no root and no disk, run for real with stubs for the commands that reach out. The rest: test/boot.

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(() => sandbox.remove());

describe('log-in.sh', () => {
  const REGISTRY = '111122223333.dkr.ecr.eu-central-1.amazonaws.com';
  const logIns = () =>
    sandbox
      .calls()
      .filter((call) => /^ecr|^docker login/.test(call))
      .sort();

  function givenImage(image: string): void {
    sandbox.write('root/asset/settings', sandbox.read('root/asset/settings').replace('IMAGE=redpanda:1\n', `IMAGE=${image}\n`));
  }

  test.each(SAMPLE_IMAGES)('setup.sh pulls $image, and logs in to its registry if it is a private one of ECR', ({ image, ecr }) => {
    givenImage(image);
    expect(sandbox.run('setup.sh')).toMatchObject({ status: 0 });
    expect(logIns()).toEqual(
      ecr ? [`docker login --username AWS --password-stdin ${ecr.registry}`, `ecr get-login-password --region ${ecr.region}`] : [],
    );
    expect(sandbox.calls().filter((call) => call.startsWith('docker pull'))).toEqual([`docker pull --quiet ${image}`]);
  });

  test('does not log in for an existing image', () => {
    givenImage(`${REGISTRY}/redpanda:1`);
    sandbox.write('cloud/image', '');
    expect(sandbox.run('setup.sh').status).toBe(0);
    expect(logIns()).toEqual([]);
  });

  test('retries until it has the password, and never prints it', () => {
    givenImage(`${REGISTRY}/redpanda:1`);
    sandbox.write('cloud/throttle.ecr', '2');
    const { status, output } = sandbox.run('setup.sh');
    expect(status).toBe(0);
    expect(logIns().filter((call) => call.startsWith('ecr'))).toHaveLength(3);
    expect(`${output}${sandbox.read('cloud/calls')}`).not.toContain('password of');
  });

  test('logs the reason if the registry refuses the login, and pulls nothing', () => {
    givenImage(`${REGISTRY}/redpanda:1`);
    sandbox.write('cloud/throttle.ecr', '99');
    const { status, output } = sandbox.run('setup.sh', { STATEFUL_INSTANCE_ATTEMPTS: '2' });
    expect({ status, output }).toEqual({
      status: 1,
      output: expect.stringContaining(`Docker cannot log in to ${REGISTRY}: check its outbound access`) as string,
    });
    expect(sandbox.read('cloud/calls')).toMatch(/^logs put-log-events .*log-in: Docker cannot log in/m);
    expect(sandbox.calls().filter((call) => call.startsWith('docker pull'))).toEqual([]);
  });

  test('keeps the password of Docker until the image is pulled', () => {
    givenImage(`${REGISTRY}/redpanda:1`);
    sandbox.command('rm', 'cp -r "$CLOUD/../run/docker" "$CLOUD/docker-before"; exec /bin/rm "$@"');
    expect(sandbox.run('setup.sh').status).toBe(0);
    expect(sandbox.read('cloud/docker-before/registries')).toBe(`${REGISTRY}\n`);
    expect(sandbox.has('run/docker')).toBe(false);
  });

  describe('with the credentials of a registry', () => {
    const SECRET = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:docker-hub';

    function givenCredentials(image: string, secret: object = { username: 'jane', password: 'password of jane' }): void {
      const settings = sandbox.read('root/asset/settings').replace('REGISTRY_SECRET=\n', `REGISTRY_SECRET=${SECRET}\n`);
      sandbox.write('root/asset/settings', settings.replace('IMAGE=redpanda:1\n', `IMAGE=${image}\n`));
      sandbox.write(`cloud/secrets/${SECRET}.json`, JSON.stringify({ SecretString: JSON.stringify(secret) }));
    }

    test.each([
      ['redpanda:1', 'docker login --username jane --password-stdin'],
      ['docker.io/redpandadata/redpanda:1', 'docker login --username jane --password-stdin'],
      ['registry.example.com:5000/redpanda:1', 'docker login --username jane --password-stdin registry.example.com:5000'],
    ])('logs in to the registry of %s, and shows nobody the password', (image, login) => {
      givenCredentials(image);
      const { status, output } = sandbox.run('setup.sh');
      expect([status, logIns()]).toEqual([0, [login]]);
      expect(`${output}${sandbox.read('cloud/calls')}`).not.toContain('password of');
      expect(sandbox.has('run/docker')).toBe(false);
    });

    test.each([
      ['posthog/posthog:1', true],
      ['index.docker.io/posthog/posthog:1', true],
      ['ghcr.io/posthog/posthog:1', false],
      ['registry.example.com/posthog:1', false],
      ['444455556666.dkr.ecr.us-east-1.amazonaws.com/posthog:1', false],
    ])('uses them for %s, whose registry may be that of the own image: %p', (image, used) => {
      givenCredentials('redpanda:1');
      expect(sandbox.run('log-in.sh', {}, [image]).status).toBe(0);
      expect(logIns().some((call) => call.includes('--username jane'))).toBe(used);
    });

    test('logs the reason if the registry refuses them, or if the secret lacks a field', () => {
      givenCredentials('redpanda:1', { username: 'jane', password: 'wrong' });
      const env = { STATEFUL_INSTANCE_ATTEMPTS: '2' };
      expect(sandbox.run('setup.sh', env)).toEqual({
        status: 1,
        output: expect.stringContaining(`Docker cannot log in to docker.io as jane: check the secret ${SECRET}`) as string,
      });
      sandbox.write(`cloud/secrets/${SECRET}.json`, JSON.stringify({ SecretString: '{}' }));
      expect(sandbox.run('setup.sh', env).output).toContain(`the secret ${SECRET} has no username`);
    });
  });
});
