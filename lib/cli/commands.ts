import { Commands } from './program';

/** Every command of the command line. Adding one is one entry here. */
export const COMMANDS: Commands = {
  routes: async () => (await import('./routes.js')).ROUTES,
  explain: async () => (await import('./explain.js')).EXPLAIN,
  cost: async () => (await import('./cost.js')).COST,
};
