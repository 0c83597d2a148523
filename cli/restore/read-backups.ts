import { CloudFormationClient, DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { BACKUP_PREFIXES, BackupManifest, backupPrefix, METADATA_FILE, parseManifest } from '../../lib/internal';
import { StackResource } from './installation';
import { Session } from '../aws/session';

/** The bucket of backups and their records. */
export interface Backups {
  readonly bucketUrl: string;
  readonly manifests: readonly BackupManifest[];
  /** Returns whether the metadata file of a backup exists. */
  readonly exists: (name: string) => Promise<boolean>;
}

/** Reads the records of backups from the account. It changes nothing. */
export async function readBackups(session: Session, bucket: StackResource | string): Promise<Backups> {
  const name = typeof bucket === 'string' ? bucket : await physicalId(session, bucket);
  const client = session.client(S3Client);
  const manifests: BackupManifest[] = [];
  for (let token: string | undefined, first = true; first || token !== undefined; first = false) {
    const page = await client.send(new ListObjectsV2Command({ Bucket: name, Prefix: BACKUP_PREFIXES.manifests, ContinuationToken: token }));
    for (const { Key } of page.Contents ?? []) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key }));
      const manifest = parseManifest((await Body?.transformToString()) ?? '');
      manifests.push(...(manifest ? [manifest] : []));
    }
    token = page.NextContinuationToken;
  }
  return {
    bucketUrl: `https://${name}.s3.${session.region}.amazonaws.com`,
    manifests,
    exists: async (backup) => {
      try {
        await client.send(new HeadObjectCommand({ Bucket: name, Key: backupPrefix(backup) + METADATA_FILE }));
        return true;
      } catch (error) {
        if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404) {
          return false;
        }
        throw error;
      }
    },
  };
}

async function physicalId(session: Session, { stack, id }: StackResource): Promise<string> {
  const { StackResourceDetail } = await session
    .client(CloudFormationClient)
    .send(new DescribeStackResourceCommand({ StackName: stack, LogicalResourceId: id }));
  return StackResourceDetail!.PhysicalResourceId!;
}
