import { Commands } from './program';

/** Every command of the command line. To add one, add an entry here. */
export const COMMANDS: Commands = {
  routes: async () => (await import('./routes/routes.js')).ROUTES,
  explain: async () => (await import('./explain/explain.js')).EXPLAIN,
  preview: async () => (await import('./preview/preview.js')).PREVIEW,
  environment: async () => (await import('./environment/environment.js')).ENVIRONMENT,
  doctor: async () => (await import('./doctor/doctor.js')).DOCTOR,
  cost: async () => (await import('./cost/cost.js')).COST,
  release: async () => (await import('./release/release.js')).RELEASE,
};
