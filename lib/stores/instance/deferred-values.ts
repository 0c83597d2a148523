import { Fn, IResolvable, Token, Tokenization } from 'aws-cdk-lib/core';
import { rejected } from '../../private/errors';

const MARK = '@{value-';

/**
 * The values that only a deployment knows, taken out of texts that are written at synthesis.
 *
 * Files go to an instance as an asset, which holds no reference to another resource. So each reference becomes a mark in the file, and its
 * value travels in the user data; boot/install.sh puts them together.
 */
export class DeferredValues {
  private readonly tokens = new Map<string, IResolvable>();

  /** The text with marks in place of what is not known yet. */
  public mark(prop: string, text: string): string {
    if (text.includes(MARK)) {
      throw rejected(prop, `must not hold ${MARK}, which marks what is not known yet`, text);
    }
    return Tokenization.reverseString(text)
      .mapTokens({ mapToken: (token) => this.markOf(token) })
      .join({ join: (left: unknown, right: unknown) => `${(left as string | undefined) ?? ''}${(right as string | undefined) ?? ''}` }) as string;
  }

  /** The values in the order of their numbers, one a line, in base64: whatever they hold, they stay one word. */
  public render(): string {
    return [...this.tokens.values()].map((token) => Fn.base64(Token.asString(token))).join('\n');
  }

  private markOf(token: IResolvable): string {
    const key = Token.asString(token);
    this.tokens.set(key, token);
    return `${MARK}${[...this.tokens.keys()].indexOf(key)}}`;
  }
}
