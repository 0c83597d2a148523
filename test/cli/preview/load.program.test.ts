import autocannon from 'autocannon';
import { World } from './world';

const REQUESTS = 1500;
const EVENT = JSON.stringify({ api_key: 'phc_1', event: 'load', distinct_id: 'd' });

test('under load, each event gets a response and is captured once', async () => {
  const world = await World.start();
  const passed = new Set<number>();
  world.preview.traffic.listen({ passed: ({ id, status }) => status === 200 && passed.add(id) });
  const result = await autocannon({
    url: `https://localhost:${world.port}/e/`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: EVENT,
    connections: 100,
    amount: REQUESTS,
    timeout: 30,
    tlsOptions: { rejectUnauthorized: false },
  });
  expect({
    ok: result['2xx'],
    other: result.non2xx,
    errors: result.errors,
    captured: world.preview.traffic.capturedCount,
    passed: passed.size,
  }).toEqual({ ok: REQUESTS, other: 0, errors: 0, captured: REQUESTS, passed: REQUESTS });
  await world.close();
}, 60_000);
