import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { sh } from '../helpers/boot/disk';
import { Ended, Sandbox } from '../helpers/boot/sandbox';
import { until } from '../helpers/until';

// The scripts around the container: it needs something mounted, or Python, which Amazon Linux has.

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(() => {
  if (sh('bash', '-c', `mountpoint -q ${sandbox.mountPoint} && echo yes || true`) === 'yes') {
    sh('umount', sandbox.mountPoint);
  }
  sandbox.remove();
});

test('an image in private ECR comes down in a whole start, and no password stays', () => {
  const image = '444455556666.dkr.ecr.us-east-1.amazonaws.com/redpanda:1';
  sandbox.remove();
  sandbox = new Sandbox({ IMAGE: image });
  const unit = readFileSync(sandbox.at('root/asset/boot/stateful-instance.service'), 'utf8');
  const steps = [...unit.matchAll(/^ExecStartPre=\S+ \S+\/(\S+)$/gm)].map(([, script]) => script).filter((script) => script !== 'volume.sh');
  expect(steps.map((step) => sandbox.run(step))).toEqual(
    steps.map(() => ({ status: 0, output: expect.not.stringContaining('password of') as string })),
  );
  expect(sandbox.calls().filter((call) => /^docker (login|pull)/.test(call))).toEqual([
    'docker login --username AWS --password-stdin 444455556666.dkr.ecr.us-east-1.amazonaws.com',
    `docker pull --quiet ${image}`,
  ]);
  expect(sandbox.has('run/docker')).toBe(false);
});

describe('run.sh', () => {
  /** The volume is mounted and held, as volume.sh leaves it. */
  function held(by = 'i-1'): void {
    sh('mount', '-t', 'tmpfs', 'tmpfs', sandbox.mountPoint);
    sandbox.write('mnt/.cdk-posthog/holder', `${by}\n`);
    sandbox.write('run/instance', 'i-1\n');
    sandbox.write('root/asset/container/arguments', '--name=redpanda\n--network=host\nredpanda:1\nredpanda\nstart with  spaces\n');
  }

  test('the container is started with what the files say, its name in the log that of the instance', () => {
    held();
    expect(sandbox.run('run.sh')).toEqual({ status: 0, output: '' });
    expect(sandbox.read('cloud/run')).toBe(
      `run\n--rm\n--env-file\n${sandbox.at('run/environment')}\n--log-opt\nawslogs-stream=redpanda/i-1\n--name=redpanda\n--network=host\nredpanda:1\nredpanda\nstart with  spaces\n`,
    );
  });

  test('nothing is mounted: it does not start on the root disk', () => {
    sandbox.write('mnt/.cdk-posthog/holder', 'i-1\n');
    sandbox.write('run/instance', 'i-1\n');
    expect(sandbox.run('run.sh')).toEqual({ status: 1, output: expect.stringContaining('the service does not start on the root disk') as string });
    expect(sandbox.has('cloud/run')).toBe(false);
  });

  test('another instance holds what is mounted: it does not start', () => {
    held('i-2');
    expect(sandbox.run('run.sh')).toEqual({ status: 1, output: expect.stringContaining('this instance does not hold what is mounted') as string });
    expect(sandbox.has('cloud/run')).toBe(false);
  });

  test('a second container cannot start while the first runs, and can when it has ended', async () => {
    held();
    sandbox.write('cloud/lasting', '');
    const first: Promise<Ended> = sandbox.start('run.sh');
    await until(() => existsSync(sandbox.at('cloud/run')));
    expect(sandbox.run('run.sh')).toEqual({ status: 1, output: expect.stringContaining('the service runs already') as string });
    rmSync(sandbox.at('cloud/lasting'));
    expect((await first).status).toBe(0);
    expect(sandbox.run('run.sh').status).toBe(0);
  });

  test('a container that an end without notice left behind is stopped in peace first', () => {
    held();
    sandbox.write('cloud/container', '');
    expect(sandbox.run('run.sh').status).toBe(0);
    expect(sandbox.calls().slice(0, 3)).toEqual(['docker container inspect redpanda', 'docker stop -t 120 redpanda', 'docker rm --force redpanda']);
  });
});

describe('secrets.sh', () => {
  function secret(arn: string, text: string): void {
    sandbox.write(`cloud/secrets/${arn}.json`, JSON.stringify({ SecretString: text }));
  }

  test('secrets become variables and files in memory, for root alone', () => {
    secret('arn:1', JSON.stringify({ username: 'posthog', password: 'p=a"s\'s $w {} \\n' }));
    secret('arn:2', 'whole text');
    secret('arn:3', '-----BEGIN\nkey\n-----END\n');
    sandbox.write('cloud/throttle.secretsmanager', '2');
    sandbox.write('root/asset/container/environment', 'PLAIN=1\n');
    sandbox.write('root/asset/container/secrets', 'PASSWORD\tarn:1\tpassword\nTOKEN\tarn:2\t\nKEY\tarn:3\t\n');
    const { status, output } = sandbox.run('secrets.sh');
    expect({ status, output }).toEqual({
      status: 0,
      output: expect.stringContaining('KEY has more than one line, and so is a file and no variable') as string,
    });
    expect(sandbox.read('run/environment')).toBe('PLAIN=1\nPASSWORD=p=a"s\'s $w {} \\n\nTOKEN=whole text\n');
    expect(sandbox.read('run/secrets/KEY')).toBe('-----BEGIN\nkey\n-----END\n');
    expect(output).not.toMatch(/whole text|s \$w/);
    for (const file of ['run/environment', 'run/secrets/PASSWORD', 'run/secrets/KEY']) {
      expect(statSync(sandbox.at(file)).mode & 0o777).toBe(0o600);
    }
  });

  test('a container that asks for it gets the id of the zone, and starts without it', () => {
    sandbox.remove();
    sandbox = new Sandbox({ ZONE_ID_VARIABLE: 'KAFKA_CLIENT_RACK' });
    sandbox.write('root/asset/container/environment', 'PLAIN=1\n');
    sandbox.write('root/asset/container/secrets', '');
    expect(sandbox.run('secrets.sh').status).toBe(0);
    expect(sandbox.read('run/environment')).toBe('PLAIN=1\nKAFKA_CLIENT_RACK=euc1-az2\n');
    sandbox.write('cloud/no-zone-id', '');
    expect(sandbox.run('secrets.sh', { STATEFUL_INSTANCE_ATTEMPTS: '2' })).toEqual({
      status: 0,
      output: expect.stringContaining('does not return the id of the zone') as string,
    });
    expect(sandbox.read('run/environment')).toBe('PLAIN=1\nKAFKA_CLIENT_RACK=\n');
  });

  test('a start fetches secrets and files again, so the container gets changes', () => {
    sandbox.write('root/asset/container/secrets', 'TOKEN\tarn:2\t\n');
    secret('arn:2', 'old');
    sandbox.run('secrets.sh');
    secret('arn:2', 'new');
    sandbox.run('secrets.sh');
    expect(sandbox.read('run/environment')).toBe('TOKEN=new\n');
  });

  test.each([
    ['a field that is not there', 'arn:1', 'the secret for TOKEN has no password'],
    ['a secret that is not there', 'arn:9', 'the secret for TOKEN cannot be read'],
  ])('%s', (_, arn, message) => {
    secret('arn:1', '{"username":"x"}');
    sandbox.write('root/asset/container/secrets', `TOKEN\t${arn}\tpassword\n`);
    const { status, output } = sandbox.run('secrets.sh', { STATEFUL_INSTANCE_ATTEMPTS: '2' });
    expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining(message) as string });
  });
});

test('first-boot.sh downloads the asset with retries, installs it, and signals the deployment', () => {
  sh(
    'bash',
    '-c',
    `cd ${sandbox.at('root')} && echo 'REGION=@{value-0}' >>asset/container/environment && python3 -m zipfile -c ${sandbox.at('cloud/asset.zip')} asset/*`,
  );
  const script = readFileSync(sandbox.at('root/asset/boot/first-boot.sh'), 'utf8');
  sh('cp', '-r', sandbox.at('root/asset/boot'), sandbox.at('user-data'));
  sh('rm', '-r', sandbox.at('root'));
  // As the construct writes it: the header with what the deployment knows, and the script.
  sandbox.write(
    'user-data/script.sh',
    `#!/bin/bash\nASSET='s3://bucket/asset.zip'\nREGION='eu-central-1'\nVALUES='${Buffer.from('eu-central-1').toString('base64')}'\n${script}`,
  );
  sandbox.write('cloud/throttle.s3', '1');
  sandbox.write('run/started', '');
  const { status, output } = sandbox.run('../../../user-data/script.sh');
  expect({ status, output }).toEqual({
    status: 0,
    output: expect.stringContaining('s3://bucket/asset.zip is not here yet, asking again in 1 s') as string,
  });
  expect(sandbox.read('root/asset/container/environment')).toBe('REGION=eu-central-1\n');
  expect(sandbox.calls().at(-1)).toContain('--status SUCCESS');
  expect(statSync(sandbox.at('root')).mode & 0o777).toBe(0o700);
});
