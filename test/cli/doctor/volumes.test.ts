import { Volume } from '../../../cli/doctor/deployment/deployment';
import { Loaded } from '../../../cli/aws/loaded';
import { checkContextOf } from '../../../cli/doctor/check';
import { checkVolumes } from '../../../cli/doctor/checks/services/volumes';
import { deploymentOf, NOW } from './deployments';

const DEPLOYMENT = deploymentOf();

function results(volumes?: Loaded<readonly Volume[]>) {
  return checkVolumes(checkContextOf({ ...DEPLOYMENT, volumes }, { now: NOW })).map(({ status, text }) => `${status} ${text}`);
}

const VOLUME: Volume = { id: 'vol-1', name: 'Stores/ClickHouse/Server1', size: 400 };

test('the volumes check warns about a volume that has grown beyond its declared size', () => {
  expect(results([{ ...VOLUME, declared: 200 }])).toEqual([
    'warning the volume vol-1 of Stores/ClickHouse/Server1 has grown to 400 GiB, and its template declares 200 GiB',
  ]);
});

test.each([400, 500, undefined])('the volumes check passes for a volume of 400 GiB with %p GiB in its template', (declared) => {
  expect(results([{ ...VOLUME, declared }])).toEqual(['pass the volume vol-1 of Stores/ClickHouse/Server1 has 400 GiB']);
});

test('the volumes check has no result without volumes', () => {
  expect([results(), results([])]).toEqual([[], []]);
});

test('the volumes check is unknown if EC2 or CloudFormation refuses', () => {
  expect(results({ unavailable: 'the credentials do not allow ec2:DescribeVolumes' })).toEqual([
    'unknown the sizes of the data volumes: the credentials do not allow ec2:DescribeVolumes',
  ]);
});
