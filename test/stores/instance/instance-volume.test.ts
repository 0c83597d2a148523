import { Lazy, Size, Token } from 'aws-cdk-lib/core';
import { checkVolume, InstanceVolume } from '../../../lib/stores/instance/instance-volume';

const size = Size.gibibytes(100);

test.each<InstanceVolume>([
  { size },
  { size: Size.gibibytes(1), iops: 3000 },
  { size, iops: 50_000, throughput: 2000 },
  { size: Size.tebibytes(64), iops: 80_000 },
  { size, throughput: 750 },
  {
    size: Size.gibibytes(Lazy.number({ produce: () => 1 })),
    iops: Token.asNumber({ Ref: 'Iops' }),
    throughput: Token.asNumber({ Ref: 'Throughput' }),
  },
])('checkVolume accepts %p', (volume) => {
  expect(() => checkVolume(volume)).not.toThrow();
});

test.each<[InstanceVolume, string]>([
  [{ size: Size.mebibytes(512) }, '`volumeSize` must be a whole number of GiB, got: 512 MiB'],
  [{ size: Size.gibibytes(0) }, '`volumeSize` must be from 1 to 65536 GiB, got: 0'],
  [{ size: Size.tebibytes(65) }, '`volumeSize` must be from 1 to 65536 GiB, got: 66560'],
  [{ size, iops: 100 }, '`volumeIops` must be from 3000 to 80000 for gp3, got: 100'],
  [{ size, iops: 60_000 }, '`volumeIops` must be at most 500 for each GiB of the volume, got: 60000; the volume has 100 GiB'],
  [{ size, throughput: 100 }, '`volumeThroughput` must be from 125 to 2000 MiB a second for gp3, got: 100'],
  [
    { size, throughput: 1000 },
    '`volumeThroughput` must be at most a quarter of the operations a second, got: 1000; set `volumeIops` to 4000 or more',
  ],
])('checkVolume rejects %p', (volume, message) => {
  expect(() => checkVolume(volume)).toThrow(message);
});
