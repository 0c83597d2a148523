import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ended } from './sandbox';
import { HostBoot, hostUserData } from '../../../lib/services/capacity/host-boot';

/** Commands whose answer does not matter. */
const NOTED = ['systemctl', 'systemd-run', 'dnf', 'sleep'];

const ARN = 'arn:aws:ecs:eu-central-1:111122223333:container-instance/posthog/abc';

/** The answers of an account in which everything works. */
const HEALTHY: Readonly<Record<string, string>> = {
  'describe-auto-scaling-instances': 'posthog-hosts',
  'describe-clusters': 'FARGATE\tFARGATE_SPOT\tProvider',
  'describe-capacity-providers': 'arn:aws:autoscaling:eu-central-1:111122223333:autoScalingGroup:1:autoScalingGroupName/posthog-hosts',
  'describe-container-instances': 'ACTIVE\teni-0trunk\tNone',
  'agent': `{"Cluster":"posthog","ContainerInstanceArn":"${ARN}","Version":"Amazon ECS Agent - v1.106.2"}`,
};

/** An EC2 host that has just started, and its cloud: the real user data with stubs for the commands that reach out. */
export class HostSandbox {
  public readonly folder = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-host-'));

  public constructor(boot: Partial<HostBoot> = {}) {
    mkdirSync(this.at('cloud'));
    mkdirSync(this.at('bin'));
    cpSync(path.join(__dirname, 'host-bin'), this.at('bin'), { recursive: true });
    cpSync(path.join(__dirname, 'bin', 'note'), this.at('bin/note'));
    cpSync(path.join(__dirname, 'bin', 'curl'), this.at('imds'));
    NOTED.forEach((name) => symlinkSync('note', this.at(`bin/${name}`)));
    const settings = { region: 'eu-central-1', clusterName: 'posthog', readyUrl: 'https://ready.example.com/?signature', spot: false };
    writeFileSync(this.at('part-001'), hostUserData({ ...settings, ...boot }).render());
    Object.entries(HEALTHY).forEach(([name, answer]) => this.answer(name, answer));
    this.write('calls', '');
  }

  public at(name: string): string {
    return path.join(this.folder, name);
  }

  public read(name: string): string {
    return readFileSync(this.at(name), 'utf8');
  }

  public has(name: string): boolean {
    return existsSync(this.at(name));
  }

  /** Sets the answers to the next requests; the last one is for good. */
  public answer(name: string, ...answers: string[]): void {
    this.write(name, answers.map((answer) => `${answer}\n`).join(''));
  }

  /** Sets the errors of the next requests, before there is an answer. */
  public refuse(action: string, ...errors: string[]): void {
    this.answer(`${action}.errors`, ...errors);
  }

  /** The commands that reached out. The queries of the AWS CLI are left out, and the metadata service. */
  public calls(): string[] {
    return this.read('cloud/calls')
      .split('\n')
      .filter((call) => call !== '' && !call.includes('169.254.169.254'))
      .map((call) => call.replace(/ --query .*| --output text/g, ''));
  }

  /** The signals to the deployment. */
  public signals(): { Status: string; Reason: string; UniqueId: string; Data: string }[] {
    return this.has('cloud/signals')
      ? this.read('cloud/signals')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as { Status: string; Reason: string; UniqueId: string; Data: string })
      : [];
  }

  /** Runs the user data as cloud-init does. */
  public prepare(env: Record<string, string> = {}): Ended {
    return this.run([this.at('part-001')], env);
  }

  /** Runs the command of the unit that the user data installs. */
  public check(env: Record<string, string> = {}): Ended {
    const unit = this.read('host/etc/systemd/system/ecs-host.service');
    return this.run(/^ExecStart=\/usr\/bin\/bash (.*)$/m.exec(unit)![1].split(' '), env);
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private write(name: string, content: string): void {
    writeFileSync(this.at(`cloud/${name}`), content);
  }

  private run(command: readonly string[], env: Record<string, string>): Ended {
    const { status, stdout, stderr } = spawnSync('bash', command, {
      encoding: 'utf8',
      timeout: 60_000,
      env: {
        PATH: `${this.at('bin')}:/usr/bin:/bin`,
        CLOUD: this.at('cloud'),
        INSTANCE: 'i-0123',
        ECS_HOST_ROOT: this.at('host'),
        ECS_HOST_CONSOLE: this.at('cloud/console'),
        ...env,
      },
    });
    return { status, output: `${stdout}${stderr}` };
  }
}
