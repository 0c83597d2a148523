import { NODE, nodeSettings, NODE_PROBE, NODE_STORES } from './node';
import { modeOf } from '../../generations/generation';
import { ConsumerMode, scalingGroupsOf } from '../../kafka/consumer-groups';
import { PostHogProcess } from '../../posthog-process';
import { ProcessContext } from '../../process-context';
import { ProcessDefinition } from '../../process-definition';

/** The common properties of processes between Kafka and ClickHouse. They are interruptible: another task reads unfinished messages again. */
const INGESTION = { ...NODE, probe: NODE_PROBE, interruptible: true, stores: NODE_STORES, needs: [] } as const;

/** Properties of a process between Kafka and ClickHouse: those that differ from the common ones. */
type IngestionProps<P extends PostHogProcess> = Omit<ProcessDefinition<P>, keyof typeof INGESTION | 'consumes' | 'settings'> &
  Partial<Pick<ProcessDefinition<P>, 'stores' | 'needs'>> & {
    /** The mode in every known generation, which determines the consumer groups. */
    readonly mode: ConsumerMode;
    /** Additional settings to those of every Node process. */
    readonly environment?: (context: ProcessContext) => Record<string, string>;
  };

/** Returns the definition of a process that scales on the consumer groups of its mode. */
export function ingestion<P extends PostHogProcess>({ mode, environment = () => ({}), ...props }: IngestionProps<P>): ProcessDefinition<P> {
  return {
    ...INGESTION,
    ...props,
    consumes: scalingGroupsOf(mode),
    settings: (context) => nodeSettings(context, { mode: modeOf(context.generation, props.process), environment: environment(context) }),
  };
}
