/** What a wait condition is told: its signal. */
export interface Signal {
  readonly Status: 'SUCCESS' | 'FAILURE';
  /** Another one would be another signal. */
  readonly UniqueId: string;
  readonly Data: string;
  readonly Reason: string;
}

/** CloudFormation takes so many bytes. */
const LONGEST_SIGNAL = 4_096;

/** Sentences of AWS can hold whole documents. */
const LONGEST_SENTENCE = 1_500;

/** What a log says last, by and by less of it until the whole is short enough. */
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

/** The signal, in JSON. */
export function signalText(signal: Signal): string {
  return JSON.stringify(signal);
}

/** Whether CloudFormation takes a signal with this reason. */
export function fitsSignal(signal: Omit<Signal, 'Reason'>): (reason: string) => boolean {
  return (reason) => Buffer.byteLength(signalText({ ...signal, Reason: reason })) <= LONGEST_SIGNAL;
}
