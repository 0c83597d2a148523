import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { scriptPath } from '../../private/assets';

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
