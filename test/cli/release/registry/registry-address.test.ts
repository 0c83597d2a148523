import { isLoopback, registryAddress } from '../../../../cli/release/registry/registry-address';

test.each([
  ['posthog/posthog', 'https://registry-1.docker.io', 'posthog/posthog'],
  ['redis', 'https://registry-1.docker.io', 'library/redis'],
  ['docker.io/posthog/posthog', 'https://registry-1.docker.io', 'posthog/posthog'],
  ['index.docker.io/redis', 'https://registry-1.docker.io', 'library/redis'],
  ['ghcr.io/posthog/posthog/capture', 'https://ghcr.io', 'posthog/posthog/capture'],
  ['registry.example.com:5000/team/posthog', 'https://registry.example.com:5000', 'team/posthog'],
  ['registry:5000/posthog', 'https://registry:5000', 'posthog'],
  ['localhost/posthog', 'http://localhost', 'posthog'],
  ['localhost:5000/posthog/posthog', 'http://localhost:5000', 'posthog/posthog'],
  ['127.0.0.1:5000/posthog', 'http://127.0.0.1:5000', 'posthog'],
  ['localhosts/posthog', 'https://registry-1.docker.io', 'localhosts/posthog'],
  ['localhost.example.com/posthog', 'https://localhost.example.com', 'posthog'],
])('the image %s is requested at %s as %s', (name, origin, repository) => {
  expect(registryAddress(name)).toEqual({ registry: origin.replace(/^https?:\/\//, ''), origin, repository });
});

test('loopback names use plain HTTP', () => {
  expect(['localhost', 'localhost:1', '127.0.0.1', '127.1.2.3:80', '[::1]:5'].filter((host) => !isLoopback(host))).toEqual([]);
  expect(['localhost.example.com', '127.0.0.1.example.com', '10.0.0.1', 'example.com:127'].filter(isLoopback)).toEqual([]);
});
