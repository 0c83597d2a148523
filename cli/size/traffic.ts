import { FIGURES } from './figures';
import { Arguments, CommandError, textOption } from '../command';

/** The traffic that a PostHog is planned for. */
export interface Traffic {
  readonly eventsPerMonth: number;
  /** The recordings of sessions in a month. */
  readonly recordingsPerMonth: number;
  /** The requests for feature flags in a month. */
  readonly flagRequestsPerMonth: number;
  /** The months that events are kept. */
  readonly retentionMonths: number;
  /** The busiest minutes, as a multiple of the average. */
  readonly peakFactor: number;
}

/** The options of the command that describe traffic. */
export const TRAFFIC_OPTIONS = {
  'events-per-month': { type: 'string' },
  'recordings': { type: 'string' },
  'flag-requests': { type: 'string' },
  'retention': { type: 'string' },
  'peak': { type: 'string' },
} as const;

const DEFAULT_RETENTION = 12;

/** The seconds of a month of thirty days. */
export const SECONDS_PER_MONTH = 30 * 24 * 60 * 60;

/** Five thousand million million events: more than any installation has, so an option with more is a mistake. */
const MOST = 5e15;

const UNITS: Readonly<Record<string, number>> = { '': 1, 'k': 1e3, 'm': 1e6, 'g': 1e9, 'b': 1e9, 't': 1e12 };

/** Reads the traffic from the options of the command. Throws if one is missing or impossible. */
export function trafficOf(args: Arguments): Traffic {
  const events = textOption(args, 'events-per-month');
  if (events === undefined) {
    throw new CommandError('--events-per-month is required: the events of a month, such as 10M');
  }
  return {
    eventsPerMonth: amount('events-per-month', events, 1),
    recordingsPerMonth: amount('recordings', textOption(args, 'recordings') ?? '0', 0),
    flagRequestsPerMonth: amount('flag-requests', textOption(args, 'flag-requests') ?? '0', 0),
    retentionMonths: between('retention', textOption(args, 'retention') ?? String(DEFAULT_RETENTION), 1, 120, 'months'),
    peakFactor: between('peak', textOption(args, 'peak') ?? String(FIGURES.peakFactor.value), 1, 100, 'times the average'),
  };
}

/** Reads a number such as 500000, 500_000, 500,000, 500k, 2.5M, 1G or 1B. */
function amount(option: string, text: string, least: number): number {
  const [, digits, unit] = /^(\d+(?:[_,]\d{3})*(?:\.\d+)?) ?([kmgbt]?)$/i.exec(text.trim()) ?? [];
  const number = digits === undefined ? NaN : Math.round(Number(digits.replace(/[_,]/g, '')) * UNITS[unit.toLowerCase()]);
  if (Number.isNaN(number) || number < least) {
    const rule = least === 0 ? 'must be a number of 0 or more' : `must be a number of ${least} or more`;
    throw new CommandError(`--${option} ${rule}, such as 500000, 500k or 2.5M; got: ${text}`);
  }
  if (number > MOST) {
    throw new CommandError(`--${option} must be at most ${MOST.toExponential()}; got: ${text}`);
  }
  return number;
}

function between(option: string, text: string, least: number, most: number, unit: string): number {
  const number = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : NaN;
  if (Number.isNaN(number) || number < least || number > most) {
    throw new CommandError(`--${option} must be a number from ${least} to ${most} (${unit}); got: ${text}`);
  }
  return number;
}

/** An average in a month, and the busiest moments. */
export interface Rate {
  readonly mean: number;
  readonly peak: number;
}

/** Traffic as rates. */
export interface Rates {
  /** Events in a second. */
  readonly events: Rate;
  /** Requests for feature flags in a second. */
  readonly flagRequests: Rate;
  /** Megabytes of recordings in a second. */
  readonly recordingMegabytes: Rate;
}

/** Returns the rates of traffic. */
export function ratesOf(traffic: Traffic): Rates {
  const rate = (perMonth: number): Rate => {
    const mean = perMonth / SECONDS_PER_MONTH;
    return { mean, peak: mean * traffic.peakFactor };
  };
  return {
    events: rate(traffic.eventsPerMonth),
    flagRequests: rate(traffic.flagRequestsPerMonth),
    recordingMegabytes: rate(traffic.recordingsPerMonth * FIGURES.recordingMegabytes.value),
  };
}

/** Returns the events of a month whose peak is a rate. */
export function eventsPerMonth(peakPerSecond: number, peakFactor: number = FIGURES.peakFactor.value): number {
  return Math.floor((peakPerSecond * SECONDS_PER_MONTH) / peakFactor);
}
