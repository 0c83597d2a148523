import { generateKeyPairSync, randomInt } from 'node:crypto';

/** The steps of a rotation, in their order. */
export const STEPS = ['add', 'swap', 'remove'] as const;
export type Step = (typeof STEPS)[number];

/** The staging label of the version of a secret that a step has written. Secrets Manager keeps versions with a label. */
export const LABELS: Readonly<Record<Step, string>> = { add: 'POSTHOG_KEY_ADDED', swap: 'POSTHOG_KEY_SWAPPED', remove: 'POSTHOG_KEY_REMOVED' };

/** The label of the version before a rotation: nothing that the rotation writes ends it. */
export const BEFORE = 'POSTHOG_BEFORE_ROTATION';

/** A key of PostHog that can be rotated without losing data or sessions. */
export interface RotatedKey {
  /** The variable of the key. */
  readonly variable: string;
  /** The variable with the keys that PostHog accepts as well; undefined if `variable` itself is a list, of which the first key is used. */
  readonly fallbacks?: string;
  /** Indicates whether `fallbacks` holds one key only. */
  readonly oneFallback?: boolean;
  readonly generate: () => string;
  /** The days after the swap in which the old key is still needed. */
  readonly days: number;
  /** The command in the app's image whose result must be seen before the old key is removed. */
  readonly before?: string;
  /** The reason why the old key is never removed. */
  readonly keepsOld?: string;
  /** A consequence that the owner must know before the first step. */
  readonly note?: string;
}

const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function text(length: number): () => string {
  return () => Array.from({ length }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join('');
}

function rsaKey(): string {
  return generateKeyPairSync('rsa', {
    modulusLength: 3072,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey;
}

/**
 * The keys, by the name of their prop in kebab case.
 *
 * Sources of PostHog/posthog, July 2026: posthog/settings/{access,email,feature_flags,web}.py, posthog/helpers/encrypted_fields.py,
 * nodejs/src/cdp/utils/encryption-utils.ts, posthog/management/commands/{audit_encrypted_field_keys,reencrypt_flag_payloads}.py.
 */
export const ROTATED_KEYS: Readonly<Record<string, RotatedKey>> = {
  'secret-key': {
    variable: 'SECRET_KEY',
    fallbacks: 'SECRET_KEY_FALLBACKS',
    generate: text(64),
    // Django's sessions last two weeks (SESSION_COOKIE_AGE).
    days: 14,
    before: 'python manage.py audit_encrypted_field_keys',
    note: 'the salt of e-mail hashes (MESSAGING_HASH_SALT) is this key by default: pass the fallbacks as MESSAGING_HASH_SALT_FALLBACKS too, or some mails are sent again',
  },
  'encryption-salt-keys': {
    variable: 'ENCRYPTION_SALT_KEYS',
    generate: text(32),
    days: 0,
    keepsOld:
      'PostHog encrypts a field with the first key when it is saved, reads with every key, and has no command that encrypts all fields again (posthog/helpers/encrypted_fields.py)',
  },
  'flags-secret-keys': {
    variable: 'FLAGS_SECRET_KEYS',
    generate: text(64),
    days: 0,
    before: 'python manage.py reencrypt_flag_payloads --live-run',
  },
  'oidc-rsa-private-key': {
    variable: 'OIDC_RSA_PRIVATE_KEY',
    fallbacks: 'OIDC_RSA_PRIVATE_KEY_INACTIVE_1',
    oneFallback: true,
    generate: rsaKey,
    // OAUTH_EXPIRED_TOKEN_RETENTION_PERIOD
    days: 30,
  },
};

/** The values of the secrets of a key. */
export interface KeyValues {
  readonly main: string;
  /** The value of the secret with the fallbacks; undefined if the key has none. */
  readonly fallbacks?: string;
  /** The key that encrypted or signed before; undefined before the swap. */
  readonly old?: string;
}

const listOf = (value: string) => value.split(',').filter((key) => key !== '');

/**
 * Returns the values after a step. Each has every key that tasks may still use: a task with the old values accepts keys of a task with the new ones,
 * and the other way round.
 *
 * @param key the key
 * @param step the step
 * @param values the current values
 * @param created the new key, for the first step
 */
export function valuesAfter(key: RotatedKey, step: Step, values: KeyValues, created: string): KeyValues {
  return key.fallbacks === undefined ? ofList(step, values, created) : ofPair(key, step, values, created);
}

function ofList(step: Step, { main }: KeyValues, created: string): KeyValues {
  const keys = listOf(main);
  switch (step) {
    case 'add':
      return { main: [...keys, created].join(',') };
    case 'swap':
      return { main: [keys[keys.length - 1], ...keys.slice(0, -1)].join(','), old: keys[0] };
    case 'remove':
      return { main: keys[0] };
  }
}

function ofPair({ oneFallback = false }: RotatedKey, step: Step, { main, fallbacks = '' }: KeyValues, created: string): KeyValues {
  const others = oneFallback ? [fallbacks] : listOf(fallbacks).filter((key) => key !== main);
  switch (step) {
    case 'add':
      return { main, fallbacks: oneFallback ? created : [created, ...others].join(',') };
    case 'swap':
      // The new key is the first fallback.
      return { main: others[0], fallbacks: oneFallback ? main : [main, ...others.slice(1)].join(','), old: main };
    case 'remove':
      return { main, fallbacks: main };
  }
}
