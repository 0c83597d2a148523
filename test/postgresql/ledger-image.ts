import IMAGES from './ledgers/images.json';
import { Image } from './image';

/** A Django migration of an image, as far as ledgers depend on it. */
interface MigrationData {
  readonly dependencies: readonly (readonly string[])[];
  readonly replaces?: readonly (readonly string[])[];
  /** Models by name, with the tables that it creates for them. */
  readonly creates?: Readonly<Record<string, string>>;
  /** The same, for tables that another app has created: state only. */
  readonly adopts?: Readonly<Record<string, string>>;
  /** Models that another app adopts: state only. */
  readonly forgets?: readonly string[];
}

type Apps = Readonly<Record<string, Readonly<Record<string, MigrationData>>>>;

/** A release of ledgers/images.json. */
export type LedgerImage = keyof typeof IMAGES.images;

/** Makes an image with the migrations of a release. */
export function ledgerImage(name: LedgerImage): Image {
  const apps = appsOf(name);
  const image = new Image([], Object.keys(apps));
  for (const [app, migrations] of Object.entries(apps)) {
    image.write(`${app}/__init__.py`);
    image.write(`${app}/migrations/__init__.py`);
    Object.entries(migrations).forEach(([migration, data]) => image.write(`${app}/migrations/${migration}.py`, python(data)));
  }
  return image;
}

function appsOf(name: string): Apps {
  const { extends: base, ...own } = (IMAGES.images as unknown as Readonly<Record<string, Apps & { readonly extends?: string }>>)[name];
  const inherited = base ? appsOf(base) : {};
  return Object.fromEntries([...new Set([...Object.keys(inherited), ...Object.keys(own)])].map((app) => [app, { ...inherited[app], ...own[app] }]));
}

function python({ dependencies, replaces = [], creates = {}, adopts = {}, forgets = [] }: MigrationData): string {
  const made = (tables: Readonly<Record<string, string>>) =>
    Object.entries(tables).map(
      ([model, table]) =>
        `migrations.CreateModel(name="${model}", fields=[("id", models.BigAutoField(primary_key=True))], options={"db_table": "${table}"})`,
    );
  const state = [...made(adopts), ...forgets.map((model) => `migrations.DeleteModel(name="${model}")`)];
  const tuples = (keys: readonly (readonly string[])[]) => `[${keys.map(([app, name]) => `("${app}", "${name}")`).join(', ')}]`;
  return `from django.db import migrations, models
class Migration(migrations.Migration):
    initial = ${dependencies.length === 0 || replaces.length > 0 ? 'True' : 'None'}
    dependencies = ${tuples(dependencies)}
    replaces = ${tuples(replaces)}
    operations = [${[...made(creates), ...(state.length > 0 ? [`migrations.SeparateDatabaseAndState(state_operations=[${state.join(', ')}])`] : [])].join(', ')}]
`;
}
