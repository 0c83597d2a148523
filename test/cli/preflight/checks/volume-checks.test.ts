import { AccountContext } from '../../../../cli/preflight/checks/context';
import { volumeChecks } from '../../../../cli/preflight/checks/volume-checks';
import { AwsRefusal } from '../../../../cli/aws/aws-error';

const TAG = 'PostHog/ClickHouse/Server1';

function template(properties: object) {
  return { Resources: { Volume: { Type: 'AWS::EC2::Volume', Properties: { Tags: [{ Key: 'cdk-posthog:volume', Value: TAG }], ...properties } } } };
}

/** A stack that is deployed with one volume, updated to another, and the size that EC2 has. */
function context(before: object, after: object, volumes: () => Promise<object[]>): AccountContext {
  const resources = [{ LogicalResourceId: 'Volume', PhysicalResourceId: 'vol-1', ResourceStatus: 'CREATE_COMPLETE' }];
  return {
    usage: { volumes: (tag: string, values: string[]) => (expect([tag, values]).toEqual(['cdk-posthog:volume', [TAG]]), volumes()) },
    stacks: [{ name: 'PostHog', template: template(after) }],
    deployed: [{ name: 'PostHog', status: 'UPDATE_COMPLETE', template: template(before), resources }],
  } as unknown as AccountContext;
}

async function results(before: object, after: object, size: number) {
  const found = await volumeChecks(context(before, after, () => Promise.resolve([{ VolumeId: 'vol-1', Size: size }])));
  return found.map(({ check, status, text, fix }) => [check, status, text, ...(fix === undefined ? [] : [fix])]);
}

const FIX = 'set its `volumeSize` to Size.gibibytes(400) or more';

test('a volume with its declared size passes', async () => {
  expect(await results({ Size: 200 }, { Size: 200 }, 200)).toEqual([['volumes', 'pass', 'the volume vol-1 has 200 GiB']]);
});

test('a volume that has grown passes if the update does not change it', async () => {
  expect(await results({ Size: 200 }, { Size: 200 }, 400)).toEqual([
    ['volumes', 'pass', 'the volume vol-1 has grown to 400 GiB, and this update leaves it alone (declared: 200 GiB)'],
  ]);
});

test('a size above the one that a volume has grown to passes', async () => {
  expect(await results({ Size: 200 }, { Size: 500 }, 400)).toEqual([['volumes', 'pass', 'the volume vol-1 has 400 GiB']]);
});

test('a size below the one that a volume has grown to fails with the size to declare', async () => {
  expect(await results({ Size: 200 }, { Size: 300 }, 400)).toEqual([
    ['volumes', 'fail', 'the volume vol-1 has grown to 400 GiB, and this update sets 300 GiB: EC2 makes no volume smaller', FIX],
  ]);
});

test('another change of a volume that has grown is a warning', async () => {
  expect(await results({ Size: 200 }, { Size: 200, Iops: 7000 }, 400)).toEqual([
    [
      'volumes',
      'warning',
      'the volume vol-1 has grown to 400 GiB, and this update changes its Iops: if CloudFormation sends the declared 200 GiB, EC2 refuses',
      FIX,
    ],
  ]);
});

test('a volume that EC2 does not describe, and a stack that is not deployed, have no result', async () => {
  expect(await volumeChecks(context({ Size: 1 }, { Size: 1 }, () => Promise.resolve([])))).toEqual([]);
  const fresh = { ...context({}, {}, () => Promise.reject(new Error('not needed'))), deployed: [{ name: 'PostHog', resources: [] }] };
  expect(await volumeChecks(fresh as unknown as AccountContext)).toEqual([]);
});

test('a volume of another library has no result', async () => {
  expect(await volumeChecks(context({ Tags: [] }, { Tags: [] }, () => Promise.reject(new Error('not needed'))))).toEqual([]);
});

test('a refusal of EC2 is reported as unknown', async () => {
  const refused = context({ Size: 1 }, { Size: 2 }, () =>
    Promise.reject(Object.assign(Object.create(AwsRefusal.prototype) as Error, { message: 'denied' })),
  );
  expect(await volumeChecks(refused)).toEqual([{ check: 'volumes', status: 'unknown', text: 'the volumes of PostHog: denied' }]);
});
