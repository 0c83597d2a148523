import {
  CAPTURE_ENDPOINTS,
  CAPTURE_MESSAGE_LIMIT,
  CaptureFormat,
  CaptureLimit,
  CaptureMode,
  captureSinkMessageLimit,
  PostHogProcess,
} from '../../../lib/internal';
import { ProxySettings } from '../../client-ip/client-ip';

/** An endpoint of a capture process. */
export interface ServedEndpoint {
  readonly format: CaptureFormat;
  readonly maxBody: number;
  /** The maximum size of an event, as it is sent. */
  readonly maxEvent: number;
  /** The maximum size of a Kafka message. */
  readonly maxMessage: number;
}

/** The default mode of a process, by its name. */
const MODE_BY_NAME: Readonly<Partial<Record<string, CaptureMode>>> = {
  [PostHogProcess.CAPTURE]: 'events',
  [PostHogProcess.REPLAY_CAPTURE]: 'recordings',
  [PostHogProcess.CAPTURE_AI]: 'ai',
};

/** Returns whether a process runs capture: its settings have a mode, or its name is one of capture's. */
export function isCapture(process: string, settings: ProxySettings): boolean {
  return 'CAPTURE_MODE' in settings || process in MODE_BY_NAME;
}

/** Returns the mode of a capture process, which may be an unknown one. */
export function captureMode(process: string, settings: ProxySettings): string {
  return settings.CAPTURE_MODE ?? MODE_BY_NAME[process] ?? '';
}

/**
 * Returns the endpoints of a capture process, by path without a trailing slash.
 *
 * @param process the name of the process
 * @param settings its environment
 */
export function endpointsOf(process: string, settings: ProxySettings): Readonly<Record<string, ServedEndpoint>> {
  const mode = captureMode(process, settings);
  // Without a sink, the endpoints of v1 are not mounted. A list that is known at deployment only counts as one.
  const [sink] =
    'CAPTURE_V1_SINKS' in settings
      ? (settings.CAPTURE_V1_SINKS ?? 'unknown')
          .split(',')
          .map((name) => name.trim())
          .filter(Boolean)
      : [];
  return Object.fromEntries(
    CAPTURE_ENDPOINTS.filter(({ modes, format }) => modes.some((each) => each === mode) && (format !== 'v1' || sink !== undefined)).map(
      ({ path, format, maxBody, maxEvent }): [string, ServedEndpoint] => [
        path,
        {
          format,
          maxBody: bytesOf(maxBody, settings),
          maxEvent: maxEvent ? bytesOf(maxEvent, settings) : Infinity,
          maxMessage: bytesOf(format === 'v1' ? captureSinkMessageLimit(sink) : CAPTURE_MESSAGE_LIMIT, settings),
        },
      ],
    ),
  );
}

function bytesOf({ variable, bytes, times = 1 }: CaptureLimit, settings: ProxySettings): number {
  const set = Number(settings[variable ?? ''] ?? NaN);
  return Math.floor((Number.isFinite(set) && set > 0 ? set : bytes) * times);
}
