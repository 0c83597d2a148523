import { CAPTURE, REPLAY_CAPTURE } from './capture';
import { FEATURE_FLAGS } from './feature-flags';
import { HYPERCACHE_SERVER } from './hypercache-server';
import { WEB } from './web';
import { WORKER } from './worker';
import { ProcessDefinition } from '../process-definition';

/** Every process that is deployed. Adding one is one entry here. */
export const PROCESSES: readonly ProcessDefinition[] = [WEB, WORKER, CAPTURE, REPLAY_CAPTURE, FEATURE_FLAGS, HYPERCACHE_SERVER];
