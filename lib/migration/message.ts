/** A signal to a wait condition. */
export interface Signal {
  readonly Status: 'SUCCESS' | 'FAILURE';
  /** Identifies the signal: the same id replaces it. */
  readonly UniqueId: string;
  readonly Data: string;
  readonly Reason: string;
}

/** The maximum that CloudFormation accepts, in bytes. */
const LONGEST_SIGNAL = 4_096;

/** The maximum of the message without log lines: errors of AWS can contain whole documents. */
const LONGEST_SENTENCE = 1_500;

/** Appends the last lines of a log to a message, as many as fit. */
export function withLastLines(sentence: string, lines: readonly string[], fits: (text: string) => boolean): string {
  const short = sentence.length > LONGEST_SENTENCE ? `${sentence.slice(0, LONGEST_SENTENCE)}...` : sentence;
  for (let left = lines.length; left > 0; left -= 1) {
    const text = `${short}\nIts last lines:\n${lines.slice(-left).join('\n')}`;
    if (fits(text)) {
      return text;
    }
  }
  return short;
}

/** Returns the signal as JSON. */
export function signalText(signal: Signal): string {
  return JSON.stringify(signal);
}

/** Returns a function that checks whether CloudFormation accepts the signal with a reason. */
export function fitsSignal(signal: Omit<Signal, 'Reason'>): (reason: string) => boolean {
  return (reason) => Buffer.byteLength(signalText({ ...signal, Reason: reason })) <= LONGEST_SIGNAL;
}
