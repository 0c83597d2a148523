import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

/** The bucket of backups. */
export class BackupBucket {
  public constructor(
    private readonly client: S3Client,
    private readonly name: string,
  ) {}

  /** Returns an object, or its first bytes; undefined if there is none. */
  public async get(key: string, bytes?: number): Promise<string | undefined> {
    const range = bytes === undefined ? undefined : `bytes=0-${bytes - 1}`;
    const command = new GetObjectCommand({ Bucket: this.name, Key: key, Range: range });
    const response = await this.client.send(command).catch(unlessMissing);
    return response?.Body?.transformToString();
  }

  /** Returns the ETag of an object; undefined if there is none. */
  public async etag(key: string): Promise<string | undefined> {
    const response = await this.client.send(new HeadObjectCommand({ Bucket: this.name, Key: key })).catch(unlessMissing);
    return response && (response.ETag ?? '');
  }

  /** Writes an object as JSON. */
  public async put(key: string, value: object): Promise<void> {
    await this.client.send(this.putCommand(key, value));
  }

  /** Writes an object as JSON unless there is one with its key; returns whether it did. */
  public async create(key: string, value: object): Promise<boolean> {
    try {
      await this.client.send(this.putCommand(key, value, '*'));
      return true;
    } catch (error) {
      // 409 is the response if another request writes the same key at the same time.
      if ([409, 412].includes(statusOf(error) ?? 0)) {
        return false;
      }
      throw error;
    }
  }

  /** Returns the keys of all objects below a prefix. */
  public async keys(prefix: string): Promise<string[]> {
    const pages = await this.pages(prefix);
    return pages.flatMap(({ Contents = [] }) => Contents.map(({ Key }) => Key!));
  }

  /** Returns the names of the folders below a prefix. */
  public async folders(prefix: string): Promise<string[]> {
    const pages = await this.pages(prefix, '/');
    return pages.flatMap(({ CommonPrefixes = [] }) => CommonPrefixes.map(({ Prefix }) => Prefix!.slice(prefix.length, -1)));
  }

  /**
   * Deletes all objects below a prefix; returns whether it finished in time. In a versioned bucket, versions stay until its lifecycle rule deletes
   * them.
   */
  public async deleteAll(prefix: string, hasTime: () => boolean): Promise<boolean> {
    for (;;) {
      const { Contents = [] } = await this.client.send(new ListObjectsV2Command({ Bucket: this.name, Prefix: prefix }));
      if (Contents.length === 0) {
        return true;
      }
      if (!hasTime()) {
        return false;
      }
      await this.delete(Contents.map(({ Key }) => Key!));
    }
  }

  /** Deletes up to 1,000 objects. */
  public async delete(keys: readonly string[]): Promise<void> {
    const { Errors = [] } = await this.client.send(
      new DeleteObjectsCommand({ Bucket: this.name, Delete: { Quiet: true, Objects: keys.map((Key) => ({ Key })) } }),
    );
    if (Errors.length > 0) {
      const [{ Key, Code, Message }] = Errors;
      throw new Error(`${Errors.length} of ${keys.length} objects were not deleted, such as ${Key}: ${Code}: ${Message}`);
    }
  }

  private putCommand(key: string, value: object, ifNoneMatch?: string): PutObjectCommand {
    const body = JSON.stringify(value);
    return new PutObjectCommand({ Bucket: this.name, Key: key, Body: body, ContentType: 'application/json', IfNoneMatch: ifNoneMatch });
  }

  private async pages(prefix: string, delimiter?: string): Promise<ListObjectsV2CommandOutput[]> {
    const pages: ListObjectsV2CommandOutput[] = [];
    for (let token: string | undefined; pages.length === 0 || token !== undefined;) {
      const page: ListObjectsV2CommandOutput = await this.client.send(
        new ListObjectsV2Command({ Bucket: this.name, Prefix: prefix, Delimiter: delimiter, ContinuationToken: token }),
      );
      pages.push(page);
      token = page.NextContinuationToken;
    }
    return pages;
  }
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

/** Returns undefined for a missing object. A missing bucket is an error: it has the same status. */
function unlessMissing(error: unknown): undefined {
  if (statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket') {
    return undefined;
  }
  throw error;
}
