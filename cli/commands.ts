import { Commands } from './program';

/** Every command of the command line. To add one, add an entry here. */
export const COMMANDS: Commands = {
  routes: async () => (await import('./routes.js')).ROUTES,
  explain: async () => (await import('./explain.js')).EXPLAIN,
  preview: async () => (await import('./preview.js')).PREVIEW,
  environment: async () => (await import('./environment.js')).ENVIRONMENT,
  doctor: async () => (await import('./doctor.js')).DOCTOR,
  cost: async () => (await import('./cost.js')).COST,
  release: async () => (await import('./release.js')).RELEASE,
};
