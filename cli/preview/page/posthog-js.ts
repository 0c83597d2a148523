/** The part of posthog-js that the sample site uses. */
export interface PostHogJs {
  readonly version?: string;
  init(token: string, options: Readonly<Record<string, unknown>>): void;
  capture(event: string, properties?: Readonly<Record<string, unknown>>): void;
  identify(distinctId: string, properties?: Readonly<Record<string, unknown>>): void;
  group(type: string, key: string): void;
  reset(): void;
  captureException(error: Error): void;
  get_distinct_id(): string;
  sessionRecordingStarted(): boolean;
  onFeatureFlags(callback: (flags: string[]) => void): void;
}

declare global {
  interface Window {
    posthog?: PostHogJs;
  }
}

/** Loads posthog-js through the ingress, as PostHog's snippet does. */
export function loadPostHog(): Promise<PostHogJs> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = '/static/array.js';
    script.onload = () => (window.posthog ? resolve(window.posthog) : reject(new Error('/static/array.js is not posthog-js')));
    script.onerror = () => reject(new Error('/static/array.js did not load. Is the package posthog-js installed where the preview runs?'));
    document.head.append(script);
  });
}
