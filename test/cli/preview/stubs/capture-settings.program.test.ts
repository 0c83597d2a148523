import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { World } from '../world';
import { Product } from '../../../../lib';
import { ingressesOf } from '../../../../cli/template/template-ingress';
import { FEW } from '../../../helpers/stack';
import { templateOfPostHog } from '../../fixtures';

interface Container {
  readonly Name: string;
  Environment: { Name: string; Value: unknown }[];
}

const TEMPLATE = templateOfPostHog({ products: [...FEW, Product.AI] });
const MANAGED = [
  'CAPTURE_MODE',
  'CAPTURE_V1_SINKS',
  'KAFKA_PRODUCER_MESSAGE_MAX_BYTES',
  'CAPTURE_V1_SINK_MSK_KAFKA_MESSAGE_MAX_BYTES',
  'AI_MAX_EVENT_BYTES',
  'AI_MAX_SUM_OF_PARTS_BYTES',
];
const BEARER = { 'Authorization': 'Bearer phc_1', 'Content-Type': 'application/json' };
const AI = ['/i/v0/ai/batch/', '/i/v1/ai/events', '/i/v0/ai', '/i/v0/ai/otel'];

/** A preview of a template whose container has only these of the settings that decide. */
async function withSettings<T>(name: string, settings: Readonly<Record<string, unknown>>, action: (world: World) => Promise<T>): Promise<T> {
  const template = structuredClone(TEMPLATE);
  for (const { Type, Properties } of Object.values(template.Resources)) {
    const containers = Type === 'AWS::ECS::TaskDefinition' ? (Properties as { ContainerDefinitions: Container[] }).ContainerDefinitions : [];
    for (const container of containers.filter(({ Name }) => Name === name)) {
      const added = Object.entries(settings).map(([Name, Value]) => ({ Name, Value }));
      container.Environment = [...container.Environment.filter((one) => !MANAGED.includes(one.Name)), ...added];
    }
  }
  const world = await World.of(ingressesOf({ file: 'a.json', template }));
  try {
    return await action(world);
  } finally {
    await world.close();
  }
}

function event(bytes: number, fill = 'x'): string {
  return JSON.stringify({ api_key: 'phc_1', batch: [{ event: 'e', uuid: 'u1', distinct_id: 'd', properties: { x: fill.repeat(bytes) } }] });
}

async function statuses(world: World, paths: readonly string[], body = event(1)): Promise<number[]> {
  return Promise.all(paths.map(async (target) => (await world.text(target, { method: 'POST', headers: BEARER, body })).status));
}

test.each<[string, Record<string, unknown>, number[]]>([
  ['the mode `ai`', { CAPTURE_MODE: 'ai', CAPTURE_V1_SINKS: 'msk' }, [200, 200, 200, 200]],
  ['the mode `ai` without a sink', { CAPTURE_MODE: 'ai' }, [200, 404, 200, 200]],
  ['the mode `events`', { CAPTURE_MODE: 'events', CAPTURE_V1_SINKS: 'msk' }, [200, 404, 200, 200]],
  ['the mode `recordings`', { CAPTURE_MODE: 'recordings' }, [404, 404, 404, 404]],
  ['a mode that does not exist', { CAPTURE_MODE: 'nothing', CAPTURE_V1_SINKS: 'msk' }, [404, 404, 404, 404]],
  ['a mode that the deployment knows', { CAPTURE_MODE: { Ref: 'Mode' }, CAPTURE_V1_SINKS: { Ref: 'Sinks' } }, [200, 200, 200, 200]],
])('capture-ai in the mode %s has the endpoints of that mode', async (_, settings, expected) => {
  expect(await withSettings('capture-ai', settings, (world) => statuses(world, AI))).toEqual(expected);
});

test('capture in the mode `recordings` has no endpoint for events, and replay-capture in the mode `events` none for recordings', async () => {
  const events = await withSettings('capture', { CAPTURE_MODE: 'recordings' }, (world) =>
    statuses(world, ['/e/', '/batch/', '/i/v1/analytics/events']),
  );
  const recordings = await withSettings('replay-capture', { CAPTURE_MODE: 'events' }, (world) => statuses(world, ['/s/']));
  expect([events, recordings]).toEqual([[404, 404, 404], [404]]);
});

describe('the size of an event', () => {
  test.each<[string, number, Record<string, unknown>, number]>([
    ['a little less than the default', 990_000, {}, 200],
    ['more than the default', 1_000_001, {}, 413],
    ['less than the setting', 1_500_000, { KAFKA_PRODUCER_MESSAGE_MAX_BYTES: '2000000' }, 200],
    ['more than the setting', 1_500_000, { KAFKA_PRODUCER_MESSAGE_MAX_BYTES: '1200000' }, 413],
  ])('is limited: %s, %d bytes', async (_, bytes, settings, status) => {
    expect(await withSettings('capture', { CAPTURE_MODE: 'events', ...settings }, (world) => statuses(world, ['/batch/'], event(bytes)))).toEqual([
      status,
    ]);
  });

  test('is counted after JSON escaping', async () => {
    expect(
      await withSettings('capture', { CAPTURE_MODE: 'events' }, (world) => statuses(world, ['/batch/', '/batch/'], event(400_000, '"'))),
    ).toEqual([413, 413]);
    expect(await withSettings('capture', { CAPTURE_MODE: 'events' }, (world) => statuses(world, ['/batch/'], event(200_000, '"')))).toEqual([200]);
  });

  test('is the sum of all parts for a recording', async () => {
    const parts = JSON.stringify(
      Array.from({ length: 3 }, () => ({
        event: '$snapshot',
        properties: { token: 'phc_1', distinct_id: 'd', $session_id: 's', $snapshot_data: 'x'.repeat(400_000) },
      })),
    );
    const small = await withSettings('replay-capture', { CAPTURE_MODE: 'recordings' }, (world) => statuses(world, ['/s/'], parts));
    const large = await withSettings('replay-capture', { CAPTURE_MODE: 'recordings', KAFKA_PRODUCER_MESSAGE_MAX_BYTES: '33554432' }, (world) =>
      statuses(world, ['/s/'], parts),
    );
    expect([small, large]).toEqual([[413], [200]]);
  });

  test('has another limit for AI', async () => {
    const messages = { CAPTURE_MODE: 'ai', KAFKA_PRODUCER_MESSAGE_MAX_BYTES: '9437184' };
    expect(await withSettings('capture-ai', messages, (world) => statuses(world, ['/i/v0/ai/batch/'], event(1_100_000)))).toEqual([413]);
    expect(
      await withSettings('capture-ai', { ...messages, AI_MAX_EVENT_BYTES: '8388608' }, (world) =>
        statuses(world, ['/i/v0/ai/batch/'], event(1_100_000)),
      ),
    ).toEqual([200]);
  });

  test('drops one event in v1 by the limit of its sink', async () => {
    const ask = (world: World) => world.text('/i/v1/analytics/events', { method: 'POST', headers: BEARER, body: event(1_100_000) });
    const settings = { CAPTURE_MODE: 'events', CAPTURE_V1_SINKS: 'msk' };
    const [small, large] = [
      await withSettings('capture', settings, ask),
      await withSettings('capture', { ...settings, CAPTURE_V1_SINK_MSK_KAFKA_MESSAGE_MAX_BYTES: '2000000' }, ask),
    ];
    expect([small, large].map(({ status, body }) => [status, body])).toEqual([
      [200, '{"results":{"u1":{"result":"drop","details":"event_too_big"}}}'],
      [200, '{"results":{"u1":{"result":"ok"}}}'],
    ]);
  });
});

describe('the encodings of v1', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.of(ingressesOf({ file: 'a.json', template: TEMPLATE }));
  });
  afterAll(() => world.close());

  const body = Buffer.from(event(10));
  const send = (encoding: string, bytes: Buffer) =>
    world.text('/i/v1/analytics/events', { method: 'POST', headers: { ...BEARER, 'Content-Encoding': encoding }, body: bytes as unknown as string });
  /** A frame of zstd with one raw block. */
  const zstd = Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, body.length]),
    Buffer.from([(body.length << 3) | 1, (body.length >> 5) & 0xff, 0]),
    body,
  ]);

  test.each<[string, string, Buffer]>([
    ['gzip', 'gzip', gzipSync(body)],
    ['deflate with the header of zlib', 'deflate', deflateSync(body)],
    ['deflate without it', 'deflate', deflateRawSync(body)],
    ['br', 'br', brotliCompressSync(body)],
    ['zstd', 'zstd', zstd],
  ])('include %s', async (_, encoding, bytes) => {
    expect(await send(encoding, bytes)).toMatchObject({ status: 200, body: '{"results":{"u1":{"result":"ok"}}}' });
  });

  test('exclude others, which are refused by name', async () => {
    expect(await send('compress', body)).toMatchObject({
      status: 415,
      body: '{"error":"unsupported_encoding","error_description":"unsupported content encoding: compress"}',
    });
  });

  test.each(['gzip', 'deflate', 'br', 'zstd'])('do not accept a body that is not %s', async (encoding) => {
    const { status, body: text } = await send(encoding, Buffer.from('nonsense'));
    expect([status, text]).toEqual([400, expect.stringContaining(`${encoding} decompression failed`)]);
  });

  test('v1 accepts POST only, and requires a token', async () => {
    expect(await world.text('/i/v1/analytics/events')).toMatchObject({ status: 405, headers: { allow: 'POST,OPTIONS' } });
    expect((await world.text('/i/v1/analytics/events', { method: 'POST', body: event(1) })).status).toBe(401);
  });
});
