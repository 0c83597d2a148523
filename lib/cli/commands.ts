import { Commands } from './program';

/** Every command of the command line. Adding one is one entry here. */
export const COMMANDS: Commands = {
};
