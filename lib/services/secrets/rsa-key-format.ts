import { createPrivateKey } from 'node:crypto';

/** The minimum for RS256 (RFC 7518, section 3.3). */
const LEAST_BITS = 2048;

/**
 * Returns whether a text is an RSA private key that PostHog accepts: in PEM, with line breaks or literal `\n` (posthog/settings/web.py),
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
