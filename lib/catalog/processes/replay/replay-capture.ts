import { JULY_TREE } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { ProcessDefinition } from '../../process-definition';
import { Product } from '../../product';
import { CAPTURE_IMAGE, captureSettings } from '../shared/capture';

/** Receives session recordings. */
export const REPLAY_CAPTURE: ProcessDefinition<PostHogProcess.REPLAY_CAPTURE> = {
  ...CAPTURE_IMAGE,
  process: PostHogProcess.REPLAY_CAPTURE,
  id: 'ReplayCapture',
  products: [Product.SESSION_REPLAY],
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    small: { cpu: 512, memoryLimitMiB: 2048, minTasks: 2, maxTasks: 10 },
    production: { cpu: 1024, memoryLimitMiB: 4096, minTasks: 2, maxTasks: 20 },
    large: { cpu: 2048, memoryLimitMiB: 8192, minTasks: 3, maxTasks: 40 },
  },
  memory: {
    mib: 41,
    commit: JULY_TREE,
    basis:
      'Rss after its start, without optimisations of the compiler; four recordings of 31 MB at once took it to 308 MiB. Its Kafka producer ' +
      'may hold 400 MiB while Kafka does not answer',
    reservationMiB: { dev: 768, small: 1024, production: 1024, large: 2048 },
    reservationBasis:
      'one Kafka producer with 400 MiB of unsent recordings, and four recordings of 31 MB in memory (308 MiB); more of both with more CPU',
  },
  settings: (context) => captureSettings(context, PostHogProcess.REPLAY_CAPTURE, 'recordings', context.kafka.maxMessageBytes),
};
