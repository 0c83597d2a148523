import { Ended, Image, Run } from './image';
import { LedgerImage, ledgerImage } from './ledger-image';
import { PostgresServer } from './postgres';
import { answerAsClickHouse, StubStores } from './stores';

/** A release, by the day that it is called by. */
export const RELEASE = '2026-09-11';
export const APP_IMAGE = 'posthog/posthog@sha256:1';
export const TASK = '0123456789abcdef0123456789abcdef';

/** The default settings of the script, with short patience. */
const SETTINGS = {
  MIGRATION_RELEASE: RELEASE,
  MIGRATION_RELEASE_DATE: RELEASE,
  MIGRATION_UPSTREAM_COMMIT: '18b824b',
  MIGRATION_IMAGE: APP_IMAGE,
  MIGRATION_MIN_FREE_DISK_PERCENT: '20',
  MIGRATION_MAX_BACKUP_AGE: '86400',
  MIGRATION_MAX_RELEASE_GAP: '180',
  MIGRATION_PATIENCE: '1',
  MIGRATION_LOCK_PATIENCE: '20',
  MIGRATION_POLL: '0.2',
  MIGRATION_HEARTBEAT: '0.5',
};

/** A database of its own, with the stores around it. */
export class World {
  private static databases = 0;

  public readonly database = `posthog_${(World.databases += 1)}`;
  public readonly image: Image;
  private readonly images: Image[] = [];

  public constructor(
    public readonly postgres: PostgresServer,
    public readonly stores: StubStores,
    migrations = ['0001_initial', '0002_second'],
  ) {
    postgres.createDatabase(this.database);
    stores.queries = [];
    stores.clickHouse = answerAsClickHouse;
    stores.pong = '+PONG';
    this.image = this.newImage(migrations);
  }

  public newImage(migrations: readonly string[]): Image {
    return this.own(new Image(migrations));
  }

  public newLedgerImage(name: LedgerImage): Image {
    return this.own(ledgerImage(name));
  }

  public start(mode: 'checks' | 'migrate', settings: Record<string, string> = {}, image = this.image): Run {
    return image.start(mode, { ...this.stores.environment(), DATABASE_URL: this.postgres.url(this.database), ...SETTINGS, ...settings });
  }

  /** Runs the containers, one after the other as far as they succeed, to their end. */
  public async run(settings: Record<string, string> = {}, image = this.image): Promise<Ended> {
    const looked = await this.start('checks', settings, image).ended;
    return looked.status === 0 ? this.start('migrate', settings, image).ended : looked;
  }

  public ask(sql: string): string[] {
    return this.postgres.ask(this.database, sql);
  }

  /** What is noted down, a line each. */
  public journal(columns = 'release, outcome'): string[] {
    return this.ask(`SELECT ${columns} FROM cdk_posthog_migrations ORDER BY id`);
  }

  private own(image: Image): Image {
    this.images.push(image);
    return image;
  }

  public end(): void {
    this.images.forEach((image) => image.destroy());
  }
}

/** Starts servers for the tests of a file, and makes a world for each of them. */
export function worlds(): { readonly world: World } {
  let postgres: PostgresServer;
  let stores: StubStores;
  let world: World;
  beforeAll(async () => {
    [postgres, stores] = await Promise.all([PostgresServer.start(), StubStores.start()]);
  });
  afterAll(async () => {
    stores.stop();
    await postgres.stop();
  });
  beforeEach(() => {
    world = new World(postgres, stores);
  });
  afterEach(() => world.end());
  return {
    get world() {
      return world;
    },
  };
}
