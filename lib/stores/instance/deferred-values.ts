import { Fn, IResolvable, Token, Tokenization } from 'aws-cdk-lib/core';
import { invalidValue } from '../../private/errors';

const MARK = '@{value-';

/**
 * The values in files that are known only during the deployment.
 *
 * Files are sent to an instance as an asset, which cannot contain references to resources. So each reference becomes a placeholder in the file, and
 * its value is in the user data; boot/install.sh inserts it.
 */
export class DeferredValues {
  private readonly tokens = new Map<string, IResolvable>();

  /** Replaces tokens in a text with placeholders. */
  public mark(prop: string, text: string): string {
    if (text.includes(MARK)) {
      throw invalidValue(prop, `must not contain ${MARK}, which begins a placeholder`, text);
    }
    return Tokenization.reverseString(text)
      .mapTokens({ mapToken: (token) => this.markOf(token) })
      .join({ join: (left: unknown, right: unknown) => `${(left as string | undefined) ?? ''}${(right as string | undefined) ?? ''}` }) as string;
  }

  /** Returns the values in the order of their numbers, one per line, in base64, so that each is one word. */
  public render(): string {
    return [...this.tokens.values()].map((token) => Fn.base64(Token.asString(token))).join('\n');
  }

  private markOf(token: IResolvable): string {
    const key = Token.asString(token);
    this.tokens.set(key, token);
    return `${MARK}${[...this.tokens.keys()].indexOf(key)}}`;
  }
}
