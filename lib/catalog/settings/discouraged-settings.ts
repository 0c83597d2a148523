import { PostHogProcess } from '../posthog-process';

/** A setting of the user that works, and costs more than it seems. The library warns about it. */
export interface DiscouragedSetting {
  /** The end of the warning's id. */
  readonly id: string;
  readonly name: string;
  /** The values, in lower case. */
  readonly values: readonly string[];
  readonly process: PostHogProcess;
  /** The consequences, as the rest of a sentence. */
  readonly consequence: string;
}

/** Every setting that the library warns about. */
export const DISCOURAGED_SETTINGS: readonly DiscouragedSetting[] = [
  {
    // Measured with Granian 2.7.6 and Django 5.2.14: docs/performance.md.
    id: 'granianWsgi',
    name: 'GRANIAN_INTERFACE',
    values: ['wsgi'],
    process: PostHogProcess.WEB,
    consequence:
      'lets headers with an underscore replace those of the load balancer, stops a worker at a few requests whose bodies do not arrive, and loses ' +
      'bodies without a length; leave it out',
  },
];
