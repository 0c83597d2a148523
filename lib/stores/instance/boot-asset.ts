import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Fn, IResolvable, Token, Tokenization } from 'aws-cdk-lib/core';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { scriptPath } from '../../private/assets';
import { invalidValue } from '../../private/errors';

const SCRIPTS = scriptPath('stores', 'instance', 'boot');

/**
 * Defines the asset with the scripts and files of an instance: user data is limited to 16 KB, and the configuration of ClickHouse is four times that.
 */
export function bootAsset(scope: Construct, id: string, files: Readonly<Record<string, string>>): Asset {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-instance-'));
  cpSync(SCRIPTS, path.join(folder, 'boot'), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  const asset = new Asset(scope, id, { path: folder });
  // It was copied into the cloud assembly, unless the app disables that; then the folder must stay.
  if (!path.resolve(asset.assetPath).startsWith(folder)) {
    rmSync(folder, { recursive: true });
  }
  return asset;
}

/** Returns the script at the end of the user data. */
export function firstBootScript(): string {
  return readFileSync(path.join(SCRIPTS, 'first-boot.sh'), 'utf8');
}

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
