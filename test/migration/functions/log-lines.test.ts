import { withoutValues } from '../../../lib/migration/functions/log-lines';

test.each([
  ['DETAIL:  Key (email)=(ada@example.com) already exists.', 'DETAIL:  Key (email)=(...)'],
  ['DETAIL:  Key (team_id, name)=(1, Ada (home)) is not present in table "posthog_team".', 'DETAIL:  Key (team_id, name)=(...)'],
  ['DETAIL:  Failing row contains (1, Ada, 2026-01-01, null).', 'DETAIL:  Failing row contains (...)'],
  ['CONTEXT:  COPY posthog_person, line 1: "Ada"', 'CONTEXT: (...)'],
  ['DETAIL:  Token "Ada" is invalid.', 'DETAIL: (...)'],
  [
    'psycopg.errors.InvalidTextRepresentation: invalid input syntax for type uuid: "Ada"',
    'psycopg.errors.InvalidTextRepresentation: invalid input syntax for type uuid: (...)',
  ],
  ["INSERT INTO posthog_user (email) VALUES ('ada@example.com', 1)", 'INSERT INTO posthog_user (email) VALUES (...)'],
  ['[parameters: {"name": "Ada"}]', '[parameters (...)'],
  ['the user ada.l+x@mail.example.com is unknown', 'the user ...@... is unknown'],
])('removes the values of %s', (line, expected) => {
  expect(withoutValues([line])).toEqual([expected]);
});

test.each([
  'django.db.utils.IntegrityError: could not create unique index "posthog_user_email_key"',
  'column "team_id" of relation "posthog_person" contains null values',
  '  Applying posthog.0950_x... OK',
  '  File "/code/manage.py", line 22, in <module>',
  'posthog/posthog@sha256:0123456789abcdef cannot be pulled',
  '[migration] refused: 3 percent of the disk are free, at least 20 are required',
])('keeps %s', (line) => {
  expect(withoutValues([line])).toEqual([line]);
});

test('removes values that go on in the next lines', () => {
  expect(withoutValues(['before', 'DETAIL:  Failing row contains (1, Ada', 'Lovelace', 'London).', 'after'])).toEqual([
    'before',
    'DETAIL:  Failing row contains (...)',
    'after',
  ]);
  expect(withoutValues(['DETAIL:  Key (name)=(Ada', 'Lovelace) already exists.', 'after'])).toEqual(['DETAIL:  Key (name)=(...)', 'after']);
});

test('leaves out everything after values without an end', () => {
  expect(withoutValues(['DETAIL:  Key (name)=(Ada', 'Lovelace', 'London'])).toEqual(['DETAIL:  Key (name)=(...)']);
});
