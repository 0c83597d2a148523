import { AccountRootPrincipal, IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../private/acknowledge';
import { InlineRole } from '../private/inline-role';
import { grantObjects, ObjectAccess } from '../stores/object-storage/object-access';
import { IObjectStorage } from '../stores/object-storage/object-storage-base';

/** The prefix of the files (FILE_DOWNLOAD_PREFIX in products/batch_exports/backend/temporal/destinations/file_download_batch_export.py). */
const PREFIX = 'batch-exports';

/**
 * Defines the role that PostHog assumes to write files of batch exports and to sign links to them. PostHog limits each session to one export or
 * one file (products/batch_exports/backend/api/file_download.py). Role chaining limits a session to one hour, which is also upstream's default.
 */
export function fileDownloadsRole(scope: Construct, id: string, storage: IObjectStorage): IRole {
  // Trusting the account lets only those of its roles assume this one that are granted it.
  const role = new InlineRole(scope, id, { assumedBy: new AccountRootPrincipal(), description: 'PostHog batch exports: file downloads' });
  grantObjects(storage.bucket, role, ObjectAccess.READ_WRITE, `${PREFIX}/*`);
  role.close();
  acknowledge(role, { IAMNoInlinePolicy: 'the role has one purpose, and so does its policy' });
  return role;
}
