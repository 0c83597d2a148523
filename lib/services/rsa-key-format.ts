import { createPrivateKey } from 'node:crypto';

/** What RS256 asks for (RFC 7518, section 3.3). */
const LEAST_BITS = 2048;

/**
 * Whether a text is an RSA private key as PostHog takes it: in PEM, with line breaks or with `\n` in their places (posthog/settings/web.py),
 * and without a passphrase.
 */
export function isRsaKey(text: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(text.replaceAll('\\n', '\n'));
    return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_BITS;
  } catch {
    return false;
  }
}
