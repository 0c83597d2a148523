import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { INSTANCE_ENDPOINTS } from '../../../lib/stores/instance/instance-endpoints';

const BOOTS = ['instance', 'clickhouse'].map((store) => path.join(__dirname, '..', '..', '..', 'lib', 'stores', store, 'boot'));

/** What is reached without an interface endpoint: S3 by its gateway endpoint, Route 53 not at all (docs/instances.md). */
const OTHERS = ['s3', 'route53'];

test('there is an endpoint for each service that the scripts of instances call, and the documentation lists all', () => {
  const texts = BOOTS.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.sh'))
      .map((file) => readFileSync(path.join(folder, file), 'utf8').replace(/^\s*#.*$/gm, '')),
  );
  const called = new Set(texts.flatMap((text) => [...text.matchAll(/\baws ([a-z0-9]+) [a-z-]+/g)].map(([, service]) => service)));
  expect(called.size).toBeGreaterThan(5);
  const names = INSTANCE_ENDPOINTS.map(({ service }) => service.shortName);
  expect([...called].filter((service) => !OTHERS.includes(service) && !names.some((name) => name.split('.')[0] === service))).toEqual([]);
  const docs = readFileSync(path.join(__dirname, '..', '..', '..', 'docs', 'instances.md'), 'utf8');
  expect(names.filter((name) => !docs.includes(`\`${name}\``))).toEqual([]);
});
