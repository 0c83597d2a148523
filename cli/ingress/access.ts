/** The clients that can open the app. */
export type Access = 'anyone' | 'cidrs' | 'authenticated' | 'nobody';

/** The values of `--access`. */
export const ACCESSES: readonly Access[] = ['anyone', 'cidrs', 'authenticated', 'nobody'];
