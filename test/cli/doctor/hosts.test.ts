import { Host, HostRegistration } from '../../../cli/doctor/deployment/deployment';
import { checkContextOf } from '../../../cli/doctor/check';
import { checkHosts } from '../../../cli/doctor/checks/services/hosts';
import { deploymentOf, NOW } from './deployments';

const DEPLOYMENT = deploymentOf();
const REGISTRATION: HostRegistration = { status: 'ACTIVE', agentConnected: true, trunk: true, provider: 'Hosts' };
const HOST: Host = { instance: 'i-1', group: 'Hosts', outdated: false, launched: new Date('2026-01-01'), registration: REGISTRATION };

const results = (...hosts: Host[]) =>
  checkHosts(checkContextOf({ ...DEPLOYMENT, hosts }, { now: NOW })).map(({ status, text }) => `${status} ${text}`);
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

test.each<[string, Partial<HostRegistration>, string]>([
  ['draining', { status: 'DRAINING' }, 'warning the host i-1 is DRAINING: its tasks move to others'],
  ['refused', { status: 'REGISTRATION_FAILED', reason: 'no trunk' }, 'fail the host i-1 is REGISTRATION_FAILED: no trunk'],
  ['without a trunk', { trunk: false }, 'fail the host i-1 has no trunk network interface, so it runs two or three tasks'],
  ['disconnected', { agentConnected: false }, 'fail the ECS agent of the host i-1 is not connected'],
  ['of no capacity provider', { provider: undefined }, 'fail the host i-1 belongs to no capacity provider, so services place no tasks on it'],
])('a host that is %s has one result, and the others pass', (_, change, result) => {
  expect(results({ ...HOST, registration: { ...REGISTRATION, ...change } }, { ...HOST, instance: 'i-2' })).toEqual([
    'pass 1 of 2 hosts are registered, with a trunk network interface',
    result,
  ]);
});

test('a host may take a quarter of an hour to register', () => {
  const unregistered = { ...HOST, registration: undefined };
  expect(results({ ...unregistered, launched: minutesAgo(14) })).toEqual(['warning the host i-1 started 14 minutes ago and is not registered yet']);
  expect(results({ ...unregistered, launched: minutesAgo(15) })).toEqual(['fail the host i-1 runs and is not registered in its cluster']);
});

test('groups without a host are a warning', () => {
  expect(results()).toEqual(['warning no EC2 host runs, so tasks on instances cannot start']);
});
