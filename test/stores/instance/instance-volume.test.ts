import { Lazy, Size, Stack, Token } from 'aws-cdk-lib/core';
import { checkVolume, defaultMaxVolumeSize, InstanceVolume, maxGibibytesText } from '../../../lib/stores/instance/instance-volume';

const size = Size.gibibytes(100);

test.each<InstanceVolume>([
  { size },
  { size: Size.gibibytes(1), iops: 3000 },
  { size, iops: 50_000, throughput: 2000 },
  { size: Size.tebibytes(64), iops: 80_000 },
  { size, throughput: 750 },
  { size, maxSize: size },
  { size, maxSize: Size.tebibytes(64) },
  { size, maxSize: Size.gibibytes(Lazy.number({ produce: () => 1 })) },
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
  [
    { size, maxSize: Size.gibibytes(99) },
    '`maxVolumeSize` must not be smaller than `volumeSize`, 100 GiB; to keep the volume from growing, set both to one size',
  ],
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

test('the maximum size is four times the size by default, and at most that of gp3', () => {
  expect(defaultMaxVolumeSize(size)?.toGibibytes()).toBe(400);
  expect(defaultMaxVolumeSize(Size.tebibytes(20))?.toTebibytes()).toBe(64);
});

test('a size that is not known at synthesis has no maximum by default', () => {
  expect(defaultMaxVolumeSize(Size.gibibytes(Lazy.number({ produce: () => 1 })))).toBeUndefined();
  expect(maxGibibytesText({ size })).toBeUndefined();
});

test('a maximum that is a token stays one', () => {
  const text = maxGibibytesText({ size, maxSize: Size.gibibytes(Token.asNumber({ Ref: 'Max' })) });
  expect(new Stack().resolve(text)).toEqual({ Ref: 'Max' });
});
