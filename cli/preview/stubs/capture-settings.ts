import {
  CAPTURE_ENDPOINTS, CAPTURE_MESSAGE_LIMIT, CaptureFormat, CaptureLimit, CaptureMode, captureSinkMessageLimit, PostHogProcess,
} from '../../../lib/internal';
import { ProxySettings } from '../../client-ip/client-ip';

/** An endpoint that a process of capture serves with its settings. */
export interface ServedEndpoint {
  readonly format: CaptureFormat;
  readonly maxBody: number;
  /** The largest event, as it was sent. */
  readonly maxEvent: number;
  /** The largest Kafka message. */
  readonly maxMessage: number;
}

/** The mode of a process by its name, where the template does not say it. */
const MODE_BY_NAME: Readonly<Partial<Record<string, CaptureMode>>> = {
  [PostHogProcess.CAPTURE]: 'events', [PostHogProcess.REPLAY_CAPTURE]: 'recordings', [PostHogProcess.CAPTURE_AI]: 'ai',
};

/** Whether a process is one of capture: its settings name a mode, or its name is one of capture's. */
export function isCapture(process: string, settings: ProxySettings): boolean {
  return 'CAPTURE_MODE' in settings || process in MODE_BY_NAME;
}

/** The mode that a process of capture runs in, as text that may be none of the modes. */
export function captureMode(process: string, settings: ProxySettings): string {
  return settings.CAPTURE_MODE ?? MODE_BY_NAME[process] ?? '';
}

/**
 * The endpoints that a process of capture serves, by path without a slash at the end.
 *
 * @param process the name of the process
 * @param settings its environment
 */
export function endpointsOf(process: string, settings: ProxySettings): Readonly<Record<string, ServedEndpoint>> {
  const mode = captureMode(process, settings);
  // Without a sink, the endpoints of v1 are not mounted. A list that only the deployment knows has one.
  const [sink] = 'CAPTURE_V1_SINKS' in settings ? (settings.CAPTURE_V1_SINKS ?? 'unknown').split(',').map((name) => name.trim()).filter(Boolean) : [];
  return Object.fromEntries(CAPTURE_ENDPOINTS
    .filter(({ modes, format }) => modes.some((each) => each === mode) && (format !== 'v1' || sink !== undefined))
    .map(({ path, format, maxBody, maxEvent }): [string, ServedEndpoint] => [path, {
      format,
      maxBody: bytesOf(maxBody, settings),
      maxEvent: maxEvent ? bytesOf(maxEvent, settings) : Infinity,
      maxMessage: bytesOf(format === 'v1' ? captureSinkMessageLimit(sink) : CAPTURE_MESSAGE_LIMIT, settings),
    }]));
}

function bytesOf({ variable, bytes, times = 1 }: CaptureLimit, settings: ProxySettings): number {
  const set = Number(settings[variable ?? ''] ?? NaN);
  return Math.floor((Number.isFinite(set) && set > 0 ? set : bytes) * times);
}
