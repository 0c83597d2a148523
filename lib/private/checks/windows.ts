import { Token } from 'aws-cdk-lib/core';
import { Check } from './check';
import { invalidValue } from '../errors';

const HOUR = 60;
const DAY = 24 * HOUR;
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const TIME = '([01]\\d|2[0-3]):([0-5]\\d)';
const DAILY = new RegExp(`^${TIME}-${TIME}$`);
const WEEKLY = new RegExp(`^(${DAYS.join('|')}):${TIME}-(${DAYS.join('|')}):${TIME}$`);

/** A range of time, in minutes from its day or its week on. The end may be in the next one. */
interface Window {
  readonly start: number;
  readonly minutes: number;
}

/** Returns the check of a time range of every day, in UTC, such as `03:00-04:00`. */
export function dailyWindow(minutes: number): Check {
  return windowCheck(parseDaily, `must be a daily time range of ${minutes} minutes or more, in UTC, such as 03:00-04:00`, minutes);
}

/** Returns the check of a time range of every week, in UTC, such as `sun:04:00-sun:05:00`. */
export function weeklyWindow(minutes: number): Check {
  return windowCheck(parseWeekly, `must be a weekly time range of ${minutes} minutes or more, in UTC, such as sun:04:00-sun:05:00`, minutes);
}

/** Returns whether a range of every day and one of every week have a minute in common; false if one is not known. */
export function windowsOverlap(daily: string, weekly: string): boolean {
  const [day, week] = [parseDaily(daily), parseWeekly(weekly)];
  if (!day || !week) {
    return false;
  }
  return Array.from({ length: 2 * DAYS.length + 1 }, (_, index) => day.start + (index - DAYS.length) * DAY).some(
    (start) => start < week.start + week.minutes && week.start < start + day.minutes,
  );
}

function windowCheck(parse: (text: string) => Window | undefined, rule: string, minutes: number): Check {
  return (prop, value) => {
    if (typeof value === 'string' && Token.isUnresolved(value)) {
      return;
    }
    const window = typeof value === 'string' ? parse(value) : undefined;
    if (!window || window.minutes < minutes) {
      throw invalidValue(prop, rule, value);
    }
  };
}

function parseDaily(text: string): Window | undefined {
  const parts = DAILY.exec(text)?.slice(1).map(Number);
  return parts && between(parts[0] * HOUR + parts[1], parts[2] * HOUR + parts[3], DAY);
}

function parseWeekly(text: string): Window | undefined {
  const parts = WEEKLY.exec(text.toLowerCase())?.slice(1);
  if (!parts) {
    return undefined;
  }
  const minute = (from: number) => DAYS.indexOf(parts[from]) * DAY + Number(parts[from + 1]) * HOUR + Number(parts[from + 2]);
  return between(minute(0), minute(3), DAYS.length * DAY);
}

function between(start: number, end: number, period: number): Window {
  return { start, minutes: (end - start + period) % period };
}
