import { EVENT_MESSAGE_BYTES } from '../../kafka/limits';
import { JULY_TREE } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { ProcessContext } from '../../process-context';
import { ProcessDefinition } from '../../process-definition';
import { Product } from '../../product';
import { CAPTURE_IMAGE, captureSettings, sinkSettings } from '../shared/capture';

/** Receives events. */
export const CAPTURE: ProcessDefinition<PostHogProcess.CAPTURE> = {
  ...CAPTURE_IMAGE,
  process: PostHogProcess.CAPTURE,
  id: 'Capture',
  products: [Product.EVENTS],
  // A quarter of a vCPU accepts about 500 events a second, so two tasks of `SMALL` accept twice the bursts that docs/scale.md names.
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    small: { cpu: 256, memoryLimitMiB: 2048, minTasks: 2, maxTasks: 10 },
    production: { cpu: 1024, memoryLimitMiB: 2048, minTasks: 2, maxTasks: 20 },
    large: { cpu: 2048, memoryLimitMiB: 4096, minTasks: 3, maxTasks: 40 },
  },
  memory: {
    mib: 55,
    commit: JULY_TREE,
    basis:
      'Rss after a few events, without optimisations of the compiler. On top, each of two Kafka producers may hold 400 MiB of events while ' +
      'Kafka does not answer (rust/capture/src/config.rs)',
    reservationMiB: { dev: 1024, small: 1024, production: 1024, large: 1536 },
    reservationBasis: 'two Kafka producers with 400 MiB of unsent events each, and a fifth for the bodies of requests',
  },
  settings: (context) => captureSettings(context, PostHogProcess.CAPTURE, 'events', eventMessageBytes(context), sinkSettings(context)),
};

/** Returns the message limit of ordinary events: capture's default. */
function eventMessageBytes({ kafka }: ProcessContext): number {
  return Math.min(EVENT_MESSAGE_BYTES, kafka.maxMessageBytes);
}
