import { RetryOptions } from '../../../cli/release/registry/http';
import { sha256 } from '../../../cli/release/registry/manifest';
import { find, resolveImage } from '../../../cli/release/resolve';
import { answer, CONFIG_DIGEST, IMAGE_DIGEST, StubRegistry, startStubRegistry } from './registry/stub-registry';

let registry: StubRegistry;
let waits: number[];
let retryOptions: RetryOptions;

beforeAll(async () => {
  registry = await startStubRegistry();
});
beforeEach(() => {
  registry.interrupt(() => false);
  waits = [];
  retryOptions = { timeout: 20_000, retries: 2, wait: async (milliseconds) => Promise.resolve(waits.push(milliseconds)) };
});
afterAll(async () => registry.stop());

const fact = (value: string) => ({ value, source: registry.host });
const FOUND = () => ({
  image: `${registry.host}/posthog/app@${IMAGE_DIGEST}`,
  tag: '1',
  platforms: ['linux/amd64'],
  revision: fact('c'.repeat(40)),
  created: fact('2026-09-11T08:15:30Z'),
});

/** The message for a missing image. */
async function failure(image = registry.image): Promise<string> {
  return resolveImage(image, retryOptions).then(
    () => 'found',
    (error: Error) => error.message.replaceAll(registry.host, 'REGISTRY'),
  );
}

const TOKEN = 'a.b-c';

/** Wants a token as Docker Hub does, for which it has to be asked at /token of the same server. */
function wantsToken(challenge: string, grant: object): void {
  registry.interrupt((request, response, url) => {
    if (url.pathname === '/token') {
      response.writeHead(200).end(JSON.stringify(grant));
      return true;
    }
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      response
        .writeHead(401, { 'www-authenticate': challenge.replace('HOST', registry.host) })
        .end('{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}');
      return true;
    }
    return false;
  });
}

test('resolves the digest of the index, the platforms, the commit and the time', async () => {
  expect(await resolveImage(registry.image, retryOptions)).toEqual(FOUND());
  expect(registry.requests[0]).toBe('GET /v2/posthog/app/manifests/1');
});

test.each([
  [
    'token',
    'Bearer realm="http://HOST/token",service="registry.docker.io",scope="repository:posthog/app:pull"',
    { token: TOKEN },
    'service=registry.docker.io&scope=repository%3Aposthog%2Fapp%3Apull',
  ],
  ['access_token', 'Bearer realm="http://HOST/token"', { access_token: TOKEN }, 'scope=repository%3Aposthog%2Fapp%3Apull'],
  [
    'both schemes',
    'Basic realm="x", Bearer realm="http://HOST/token",scope="repository:posthog/app:pull,push"',
    { token: TOKEN },
    'scope=repository%3Aposthog%2Fapp%3Apull%2Cpush',
  ],
])('fetches one token, and uses it (%s)', async (_, challenge, grant, query) => {
  wantsToken(challenge, grant);
  expect(await resolveImage(registry.image, retryOptions)).toEqual(FOUND());
  expect(registry.requests.filter((request) => request.includes('/token'))).toEqual([`GET /token?${query}`]);
});

test.each<[string, string, object, string]>([
  [
    'no token',
    'Bearer realm="http://HOST/token"',
    {},
    'issues no anonymous token for it (REGISTRY answered 200); check the name, and that the image is public',
  ],
  [
    'a token that is none',
    'Bearer realm="http://HOST/token"',
    { token: 'a\nb' },
    'issues no anonymous token for it (REGISTRY answered 200); check the name, and that the image is public',
  ],
  [
    'a token that does not help',
    'Bearer realm="http://HOST/token"',
    { token: 'other' },
    'does not allow anonymous reads (401 UNAUTHORIZED: authentication required)',
  ],
  ['a password', 'Basic realm="ecr"', {}, "wants a user's name and password, which this command does not have (401)"],
  ['a token of nowhere', 'Bearer realm="nowhere"', {}, "wants a user's name and password, which this command does not have (401)"],
  [
    'a token that goes over the network in the clear',
    'Bearer realm="http://example.invalid/token"',
    {},
    'requests a token from http://example.invalid, which is not encrypted',
  ],
])('fails with the response if a registry requires %s', async (_, challenge, grant, message) => {
  wantsToken(challenge, grant);
  expect(await failure()).toBe(`REGISTRY/posthog/app:1: REGISTRY ${message}`);
});

test('fetches another token after one has expired', async () => {
  let given = 0;
  registry.interrupt((request, response, url) => {
    if (url.pathname === '/token') {
      given += 1;
      response.end(JSON.stringify({ token: `t${given}` }));
      return true;
    }
    // The first is good for one question only.
    if (request.headers.authorization === 'Bearer t2' || (request.headers.authorization === 'Bearer t1' && url.pathname.endsWith('/1'))) {
      return false;
    }
    response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${registry.host}/token"` }).end();
    return true;
  });
  expect(await resolveImage(registry.image, retryOptions)).toEqual(FOUND());
  expect(given).toBe(2);
});

test.each([
  [401, "wants a user's name and password, which this command does not have (401)"],
  [403, 'does not allow anonymous reads (403 DENIED: requested access to the resource is denied)'],
  [404, 'has no such image (404 DENIED: requested access to the resource is denied)'],
  [418, 'answered 418 DENIED: requested access to the resource is denied'],
])('does not retry after %d', async (status, message) => {
  registry.interrupt((_, response) => {
    response.writeHead(status).end('{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}');
    return true;
  });
  expect(await failure()).toBe(`REGISTRY/posthog/app:1: REGISTRY ${message}`);
  expect(registry.requests).toHaveLength(1);
});

test('removes control characters from messages of a registry', async () => {
  registry.interrupt((_, response) => {
    response.writeHead(404).end(JSON.stringify({ errors: [{ code: 'A', message: '\u001b[2Jgone' }] }));
    return true;
  });
  expect(await failure()).toBe('REGISTRY/posthog/app:1: REGISTRY has no such image (404 A: ?[2Jgone)');
});

/** Responds with this status the given number of times. */
function busyFor(times: number, status: number, headers: Record<string, string> = {}): void {
  let left = times;
  registry.interrupt((_, response) => {
    left -= 1;
    if (left < 0) {
      return false;
    }
    response.writeHead(status, headers).end();
    return true;
  });
}

test.each([
  [429, {}, [1000, 2000]],
  [429, { 'retry-after': '7' }, [7000, 7000]],
  [429, { 'retry-after': 'nonsense' }, [1000, 2000]],
  [503, { 'retry-after': '3' }, [3000, 3000]],
  [500, {}, [1000, 2000]],
])('waits and retries after %d with %j', async (status, headers, expected) => {
  busyFor(2, status, headers);
  expect(await resolveImage(registry.image, retryOptions)).toEqual(FOUND());
  expect(waits).toEqual(expected);
});

test.each([
  [3, 429, {}, 'limits requests (429), 3 times'],
  [3, 502, {}, 'answered 502, 3 times'],
  [1, 429, { 'retry-after': '3600' }, 'limits requests (429) and requests a delay of 3600 seconds'],
])('gives up after %d responses of %d with %j', async (times, status, headers, message) => {
  busyFor(times, status, headers);
  expect(await failure()).toBe(`REGISTRY/posthog/app:1: REGISTRY ${message}`);
});

test('fails with the address of a token server that throttles requests', async () => {
  registry.interrupt((_, response, url) => {
    response.writeHead(url.pathname === '/token' ? 503 : 401, { 'www-authenticate': `Bearer realm="http://${registry.host}/token"` }).end();
    return true;
  });
  expect(await failure()).toBe('REGISTRY/posthog/app:1: REGISTRY is unreachable: its REGISTRY answered 503, 3 times');
});

test('refuses a digest that is not that of the response', async () => {
  const body = '{"manifests":[]}';
  registry.interrupt((_, response) => {
    response.setHeader('docker-content-digest', `sha256:${'0'.repeat(64)}`).end(body);
    return true;
  });
  expect(await failure()).toBe(`REGISTRY/posthog/app:1: REGISTRY announces sha256:${'0'.repeat(64)}, but sends ${sha256(Buffer.from(body))}`);
});

test.each([
  [
    'another manifest than was asked for',
    () => `${registry.host}/posthog/app@sha256:${'0'.repeat(64)}`,
    '/manifests/',
    ` instead of sha256:${'0'.repeat(64)}`,
  ],
  ['another configuration than the manifest names', () => registry.image, '/blobs/', ` instead of ${CONFIG_DIGEST}`],
])('refuses a response: %s', async (_, image, path, message) => {
  registry.interrupt((_request, response, url) => {
    if (!url.pathname.includes(path)) {
      return false;
    }
    response.end('{"config":{}}');
    return true;
  });
  expect(await failure(image())).toContain(message);
});

test.each([
  ['no JSON', 'nonsense', 'sent a manifest that is not JSON'],
  ['a list', '[]', 'sent a manifest that is not an object'],
  ['an empty index', '{"manifests":[]}', 'sent an index without a platform'],
  [
    'an index of attestations',
    '{"manifests":[{"digest":"x","platform":{"os":"unknown","architecture":"unknown"}}]}',
    'sent an index without a platform',
  ],
  ['index and manifest in one', `{"manifests":[],"config":{"digest":"${CONFIG_DIGEST}"}}`, 'sent an invalid manifest'],
  ['neither', '{}', 'sent an invalid manifest'],
  ["Docker's first form", '{"schemaVersion":1}', 'has a schema 1 manifest of 2015 only, which has no such digest'],
  ['another kind of digest', '{"config":{"digest":"sha512:00"}}', 'sent a manifest without SHA-256 digests'],
])('refuses a response: %s', async (_, body, message) => {
  registry.interrupt((_request, response) => {
    response.end(body);
    return true;
  });
  expect(await failure()).toBe(`REGISTRY/posthog/app:1: REGISTRY ${message}`);
});

test('retries after an incomplete body', async () => {
  let cut = false;
  registry.interrupt((_, response) => {
    if (cut) {
      return false;
    }
    cut = true;
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"manifests":[', () => response.destroy());
    return true;
  });
  expect(await resolveImage(registry.image, retryOptions)).toEqual(FOUND());
  expect(waits).toEqual([1000]);
});

test('fails if the connection always ends too early', async () => {
  registry.interrupt((request) => {
    request.socket.destroy();
    return true;
  });
  expect(await failure()).toMatch(/^REGISTRY\/posthog\/app:1: REGISTRY closed the connection without a response \(UND_ERR_SOCKET\), 3 times$/);
});

test('fails with the address if no program listens', async () => {
  const gone = await startStubRegistry();
  await gone.stop();
  expect(await failure(gone.image)).toBe(`${gone.image}: ${gone.host} is unreachable (ECONNREFUSED), 3 times`);
});

test('times out without a response, and during a body', async () => {
  retryOptions = { ...retryOptions, timeout: 100, retries: 1 };
  registry.interrupt(() => true);
  expect(await failure()).toBe('REGISTRY/posthog/app:1: REGISTRY did not respond within 0.1 seconds, 2 times');
  registry.interrupt((_, response) => response.writeHead(200).write('{'));
  expect(await failure()).toBe('REGISTRY/posthog/app:1: REGISTRY did not respond within 0.1 seconds, 2 times');
});

test('limits the size of a body', async () => {
  registry.interrupt((_, response) => {
    response.end(Buffer.alloc(9 * 1024 * 1024));
    return true;
  });
  expect(await failure()).toBe('REGISTRY/posthog/app:1: REGISTRY sends more than 8 MiB');
});

test('follows a redirect to the storage without the token', async () => {
  const storage = await startStubRegistry();
  const seen: (string | undefined)[] = [];
  storage.interrupt((request, response, url) => {
    seen.push(request.headers.authorization);
    answer(url, response);
    return true;
  });
  wantsToken('Bearer realm="http://HOST/token"', { token: TOKEN });
  registry.interrupt((request, response, url) => {
    if (url.pathname === '/token') {
      response.end(JSON.stringify({ token: TOKEN }));
    } else if (request.headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${registry.host}/token"` }).end();
    } else if (url.pathname.includes('/blobs/')) {
      response.writeHead(307, { location: `http://${storage.host}${url.pathname}` }).end();
    } else {
      return false;
    }
    return true;
  });
  expect(await resolveImage(registry.image, retryOptions)).toEqual(FOUND());
  await storage.stop();
  expect(seen).toEqual([undefined]);
});

test.each([
  ['http://example.invalid/x', 'redirects to http://example.invalid, which is not encrypted'],
  ['/again', 'redirects more than 5 times'],
])('does not follow a redirect to %s', async (location, message) => {
  registry.interrupt((_, response) => {
    response.writeHead(302, { location }).end();
    return true;
  });
  expect(await failure()).toBe(`REGISTRY/posthog/app:1: REGISTRY ${message}`);
});

test('uses the first candidate that exists', async () => {
  const named = (tag: string) => `${registry.host}/posthog/app:${tag}`;
  expect(await find({ key: 'node', preferred: [named('0'), named('1')], otherwise: named('2') }, retryOptions)).toEqual({
    key: 'node',
    ...FOUND(),
    secondBest: false,
  });
  expect(registry.requests.slice(0, 2)).toEqual(['HEAD /v2/posthog/app/manifests/0', 'HEAD /v2/posthog/app/manifests/1']);
  expect(await find({ key: 'node', preferred: [named('0')], otherwise: named('1') }, retryOptions)).toEqual({
    key: 'node',
    ...FOUND(),
    secondBest: true,
  });
});

test('fails if a registry denies access, instead of trying the next candidate', async () => {
  registry.interrupt((request, response) => {
    if (request.method !== 'HEAD') {
      return false;
    }
    response.writeHead(403).end();
    return true;
  });
  await expect(find({ key: 'node', preferred: [registry.image], otherwise: registry.image }, retryOptions)).rejects.toThrow(
    'does not allow anonymous reads (403)',
  );
});
