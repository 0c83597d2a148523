/** Who may open the app. */
export type Access = 'anyone' | 'cidrs' | 'authenticated' | 'nobody';

/** The ways to open the app, as they are written on the command line. */
export const ACCESSES: readonly Access[] = ['anyone', 'cidrs', 'authenticated', 'nobody'];
