import fc from 'fast-check';
import { postgresParameters } from '../../../lib/stores/postgres/rds-server';
import { PASSWORD, PostgresClient, postgresUrl } from '../../../lib/stores/postgres/postgres-url';

const PARTS = { username: 'posthog', password: 'secret', host: 'db.internal', port: 5432, databaseName: 'posthog' };

test.each([
  [PostgresClient.LIBPQ, 'postgres://posthog:secret@db.internal:5432/posthog?sslmode=require&connect_timeout=5'],
  [PostgresClient.NODE, 'postgres://posthog:secret@db.internal:5432/posthog?sslmode=no-verify'],
])('postgresUrl for %s is %s', (client, url) => {
  expect(postgresUrl(client, PARTS)).toBe(url);
});

/** What Secrets Manager draws from: letters, digits, and 32 kinds of punctuation unless they are excluded (GetRandomPassword). */
const LETTERS_AND_DIGITS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];
const PUNCTUATION = [...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'];

const alphabet = [...LETTERS_AND_DIGITS, ...(PASSWORD.excludePunctuation ? [] : PUNCTUATION), ...(PASSWORD.includeSpace ? [' '] : [])];
const passwords = fc.string({ unit: fc.constantFrom(...alphabet), minLength: PASSWORD.passwordLength, maxLength: PASSWORD.passwordLength });

test('generated passwords need no encoding in a URL of any client', () => {
  fc.assert(
    fc.property(passwords, fc.constantFrom(...Object.values(PostgresClient)), (password, client) => {
      expect(encodeURIComponent(password)).toBe(password);
      const url = new URL(postgresUrl(client, { ...PARTS, password }));
      expect([url.username, url.password, url.hostname, url.port, url.pathname]).toEqual(['posthog', password, 'db.internal', '5432', '/posthog']);
    }),
  );
});

test('generated passwords are valid for RDS: 8 to 128 characters, none of / " @ and space', () => {
  expect(PASSWORD.passwordLength).toBeGreaterThanOrEqual(8);
  expect(PASSWORD.passwordLength).toBeLessThanOrEqual(128);
  expect(alphabet.filter((character) => '/"@ '.includes(character))).toEqual([]);
});

test('the options for generated passwords do not change, which would replace passwords of existing servers', () => {
  expect(PASSWORD).toEqual({ excludePunctuation: true, includeSpace: false, passwordLength: 40 });
});

test('postgresParameters requires TLS and accepts 400 or more connections', () => {
  expect(postgresParameters()).toEqual({ 'rds.force_ssl': '1', 'max_connections': 'GREATEST({DBInstanceClassMemory/9531392},400)' });
  expect(postgresParameters('700')).toEqual({ 'rds.force_ssl': '1', 'max_connections': '700' });
});
