import { CLICKHOUSE_KAFKA_TABLES, lastRestorable, restorable, restoreChain } from '../../lib/internal';
import { Arguments, Command, CommandError, ExitCode, Output, table, textOption, textOptions } from '../command';
import { readStacks, TEMPLATES_HELP, TEMPLATES_OPTION, TEMPLATES_USAGE } from '../template/template-file';
import { Installation, installationOf } from './installation';
import { Place, Step } from './step';
import { Disaster, DISASTERS, RestorePoint, restoreSteps } from './steps';

/** The headings of the places. */
const PLACES: Readonly<Record<Place, string>> = {
  shell: 'in a shell with the credentials of the account',
  clickhouse: 'in the client of ClickHouse',
  code: 'in the code of the app',
  note: '',
};

/** The Kafka tables of the catalog. Those that read a topic a second time are dropped after each migration. */
const KAFKA_TABLES = CLICKHOUSE_KAFKA_TABLES.filter(({ secondOf }) => secondOf === undefined).map((one) => one.table);

/** The command that prints the steps of a restore. */
export const RESTORE: Command = {
  usage: `DISASTER ${TEMPLATES_USAGE} [--table NAME] [--backup NAME] [--run] [--region REGION] [--json]`,
  help: [
    'Prints the exact steps to restore data after a disaster, with the names of a synthesised app.',
    '',
    ...Object.entries(DISASTERS).map(([name, meaning]) => `${name.padEnd(17)} ${meaning}`),
    '',
    TEMPLATES_HELP,
    '--table NAME      the table that was lost; needed for `table`',
    '--backup NAME     the backup to restore from; default: the last one that can be restored, with --run',
    '--run             run the steps that are safe: read the records of backups in the account, choose one, and check that its chain is complete',
    '--region REGION   the region of the bucket; default: the region of the environment or the profile',
    '--json            machine-readable output',
    '',
    'Without --run it reads no account, and the names of the bucket and of the backup are placeholders. It never restores, deletes or deploys itself:',
    'these steps are yours. docs/backups.md explains them.',
  ].join('\n'),
  options: {
    ...TEMPLATES_OPTION,
    table: { type: 'string' },
    backup: { type: 'string' },
    run: { type: 'boolean' },
    region: { type: 'string' },
    json: { type: 'boolean' },
  },
  takesPositionals: true,
  async run(args, output) {
    const disaster = disasterOf(args);
    const lost = textOption(args, 'table');
    if (disaster === 'table' && lost === undefined) {
      throw new CommandError('`table` needs --table NAME, such as sharded_events');
    }
    const installation = installationOf(readStacks(textOptions(args, 'template')));
    const point = args.values.run === true ? await pointOfAccount(installation, args, output) : placeholder(textOption(args, 'backup'));
    const steps = restoreSteps(disaster, installation, { point, table: lost });
    output.out(args.values.json ? JSON.stringify({ disaster, backup: point.name, steps }, undefined, 2) : stepsText(steps));
    return ExitCode.OK;
  },
};

function disasterOf({ positionals }: Arguments): Disaster {
  const [name, ...rest] = positionals;
  if (name === undefined || rest.length > 0 || !Object.hasOwn(DISASTERS, name)) {
    throw new CommandError(`name one disaster: ${Object.keys(DISASTERS).join(', ')}`);
  }
  return name as Disaster;
}

/** Returns a point without names of an account. Its Kafka tables are those of the catalog. */
function placeholder(backup = '<backup>'): RestorePoint {
  return {
    bucketUrl: 'https://<bucket>.s3.<region>.amazonaws.com',
    name: backup,
    kafkaTables: KAFKA_TABLES,
  };
}

/** Reads the backups of the account, prints them, and returns the one to restore from. */
async function pointOfAccount({ bucket }: Installation, args: Arguments, output: Output): Promise<RestorePoint> {
  // The SDK is large, so it is loaded only when the account is read.
  const [{ readBackups }, { Session }] = await Promise.all([import('./read-backups'), import('../aws/session')]);
  const session = await Session.in(textOption(args, 'region'));
  const { manifests, bucketUrl, ...backups } = await readBackups(session, bucket);
  const good = restorable(manifests);
  output.err(
    table(
      ['backup', 'ended', 'rows', 'files'],
      good.map(({ name, finished = '', tables = [], files }) => [
        name,
        finished,
        String(tables.reduce((sum, { rows }) => sum + rows, 0)),
        String(files ?? '?'),
      ]),
    ),
  );
  const wanted = textOption(args, 'backup');
  const chosen = wanted === undefined ? lastRestorable(manifests) : good.find(({ name }) => name === wanted);
  if (!chosen) {
    throw new CommandError(wanted === undefined ? 'no backup can be restored' : `the backup '${wanted}' cannot be restored: it is not in this list`);
  }
  for (const { name } of restoreChain(chosen.name, manifests)!) {
    if (!(await backups.exists(name))) {
      throw new CommandError(`${chosen.name} cannot be restored: the metadata file of ${name} is missing; choose another one with --backup`);
    }
  }
  return { bucketUrl, name: chosen.name, kafkaTables: chosen.kafkaTables ?? KAFKA_TABLES };
}

function stepsText(steps: readonly Step[]): string {
  return steps
    .map(({ title, place, lines }, index) => {
      const heading = PLACES[place];
      return [`${index + 1}. ${title}${heading ? ` (${heading})` : ''}`, '', ...lines.map((line) => `    ${line}`)].join('\n').trimEnd();
    })
    .join('\n\n');
}
