import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { scriptPath } from '../../lib/private/assets';

const SCRIPT = scriptPath('network', 'nat-instance.sh');
const PROGRAMS = ['dnf', 'sysctl', 'systemctl', 'iptables', 'service', 'sleep'];

let host: string;
beforeEach(() => {
  host = mkdtempSync(path.join(tmpdir(), 'nat-instance-'));
  ['bin', 'etc/sysctl.d', 'opt/aws/bin'].forEach((folder) => mkdirSync(path.join(host, folder), { recursive: true }));
  PROGRAMS.forEach((name) => stub(`bin/${name}`, `echo "${name} $*" >>"$NAT_INSTANCE_HOST/calls"`));
  stub('bin/ip', 'echo "default via 10.0.0.1 dev ens5 proto dhcp src 10.0.0.4 metric 512"');
  stub('opt/aws/bin/cfn-signal', 'echo "cfn-signal $*" >>"$NAT_INSTANCE_HOST/calls"');
});
afterEach(() => rmSync(host, { recursive: true }));

function stub(file: string, script: string): void {
  writeFileSync(path.join(host, file), `#!/bin/bash\n${script}\n`);
  chmodSync(path.join(host, file), 0o755);
}

function boot(): string[] {
  const env = { PATH: `${path.join(host, 'bin')}:${process.env.PATH}`, NAT_INSTANCE_HOST: host, STACK: 'S', GROUP: 'G', REGION: 'eu-central-1' };
  expect(spawnSync('bash', [SCRIPT], { env, encoding: 'utf8' }).status).toBe(0);
  return readFileSync(path.join(host, 'calls'), 'utf8').trim().split('\n');
}

test('the NAT instance forwards packets through its default interface, keeps that over a restart, and signals success', () => {
  expect(boot()).toEqual([
    'dnf install --assumeyes iptables-services',
    `sysctl --load=${host}/etc/sysctl.d/90-nat.conf`,
    'systemctl enable --now iptables',
    'iptables --flush FORWARD',
    'iptables --table nat --append POSTROUTING --out-interface ens5 --jump MASQUERADE',
    'service iptables save',
    'cfn-signal --exit-code 0 --stack S --resource G --region eu-central-1',
  ]);
  expect(readFileSync(path.join(host, 'etc/sysctl.d/90-nat.conf'), 'utf8')).toBe('net.ipv4.ip_forward = 1\n');
});

test('the NAT instance installs again until it can connect', () => {
  stub('bin/dnf', 'echo "dnf" >>"$NAT_INSTANCE_HOST/calls"; [[ "$(grep -c dnf "$NAT_INSTANCE_HOST/calls")" -ge 3 ]]');
  expect(boot().slice(0, 6)).toEqual(['dnf', 'sleep 1', 'dnf', 'sleep 2', 'dnf', `sysctl --load=${host}/etc/sysctl.d/90-nat.conf`]);
});

test.each(PROGRAMS.filter((name) => !['dnf', 'sleep'].includes(name)))('the NAT instance signals a failure if %s fails', (name) => {
  stub(`bin/${name}`, 'exit 3');
  expect(boot().at(-1)).toMatch(/^cfn-signal --exit-code 3 /);
});

test('the NAT instance starts although nobody waits for its signal', () => {
  stub('opt/aws/bin/cfn-signal', 'echo refused >>"$NAT_INSTANCE_HOST/calls"; exit 1');
  expect(boot().at(-1)).toBe('refused');
});
