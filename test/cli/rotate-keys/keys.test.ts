import { createPrivateKey } from 'node:crypto';
import fc from 'fast-check';
import { KeyValues, ROTATED_KEYS, RotatedKey, STEPS, valuesAfter } from '../../../cli/rotate-keys/keys';
import { FORMATS } from '../../../lib/services/secrets/app-secrets-options';

const key = fc.stringMatching(/^[a-z0-9]{32}$/);

/** The keys that a task accepts, the one that it uses first. */
function accepted({ fallbacks, oneFallback }: RotatedKey, values: KeyValues): string[] {
  return fallbacks === undefined ? values.main.split(',') : [values.main, ...(oneFallback ? [values.fallbacks!] : values.fallbacks!.split(','))];
}

const cases = Object.entries(ROTATED_KEYS).map(([name, definition]): [string, RotatedKey] => [name, definition]);

test.each(cases)('%s: tasks of two consecutive steps accept the keys of each other, and the last step accepts the new key only', (_, definition) => {
  fc.assert(
    fc.property(fc.uniqueArray(key, { minLength: 2, maxLength: 2 }), ([old, created]) => {
      let values: KeyValues = definition.fallbacks === undefined ? { main: old } : { main: old, fallbacks: old };
      for (const step of STEPS) {
        const next = valuesAfter(definition, step, values, created);
        const [before, after] = [accepted(definition, values), accepted(definition, next)];
        // A task may use its first key, and one of the other kind must accept that.
        expect(before).toContain(step === 'add' ? old : after[0]);
        expect(after).toContain(before[0]);
        values = next;
      }
      expect(new Set(accepted(definition, values))).toEqual(new Set([created]));
    }),
  );
});

test('a list keeps older keys, behind the new and the last one, until the end', () => {
  const flags = ROTATED_KEYS['flags-secret-keys'];
  const added = valuesAfter(flags, 'add', { main: 'a,b' }, 'c');
  const swapped = valuesAfter(flags, 'swap', added, '');
  expect([added.main, swapped.main, swapped.old]).toEqual(['a,b,c', 'c,a,b', 'a']);
  expect(valuesAfter(flags, 'remove', swapped, '').main).toBe('c');
});

test.each([
  ['secret-key', 'secretKey'],
  ['encryption-salt-keys', 'encryptionSaltKeys'],
  ['flags-secret-keys', 'flagsSecretKeys'],
  ['oidc-rsa-private-key', 'oidcRsaPrivateKey'],
] as const)('a new key of %s has the format that PostHog demands', (name, prop) => {
  const created = ROTATED_KEYS[name].generate();
  expect(FORMATS[prop].valid(created)).toBe(true);
  expect(ROTATED_KEYS[name].generate()).not.toBe(created);
});

test('a new OIDC key has 3072 bits', () => {
  const { asymmetricKeyDetails } = createPrivateKey(ROTATED_KEYS['oidc-rsa-private-key'].generate());
  expect(asymmetricKeyDetails?.modulusLength).toBe(3072);
});
