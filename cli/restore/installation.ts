import { SETTINGS_VARIABLE } from '../../lib/internal';
import { numberOf, ofType } from '../alb/template';
import { CommandError } from '../command';
import { StackFile } from '../template/template-file';

/** A resource of a stack, whose physical id is known after a deployment. */
export interface StackResource {
  readonly stack: string;
  readonly id: string;
}

/** A volume of a data store. */
export interface Volume extends StackResource {
  /** The value of its tag `cdk-posthog:volume`. */
  readonly tag: string;
  readonly gibibytes?: number;
  readonly isClickHouse: boolean;
}

/** The parts of a PostHog that a restore concerns. */
export interface Installation {
  /** The bucket of ClickHouse's backups: a resource of the app, or its name if it exists already. */
  readonly bucket: StackResource | string;
  readonly database: string;
  readonly clickHouseHost: string;
  readonly rds?: StackResource & { readonly isCluster: boolean };
  readonly volumes: readonly Volume[];
  readonly vault?: StackResource;
  /** The ECS cluster of the services. */
  readonly cluster?: StackResource;
  /** The state machine of the migration. */
  readonly migration?: StackResource;
}

const VOLUME_TAG = 'cdk-posthog:volume';

interface Tagged {
  readonly Size?: unknown;
  readonly Tags?: readonly { readonly Key?: unknown; readonly Value?: unknown }[];
}

/** The parts of the settings of the function that matter. */
interface Settings {
  readonly bucket: string;
  readonly clickHouse?: { readonly host: string; readonly database: string };
}

/** Returns the installation of a synthesised app. Throws if the app has none with backups of ClickHouse, or several. */
export function installationOf(stacks: readonly StackFile[]): Installation {
  const found = stacks.flatMap(({ stack, template, has }) =>
    ofType<{ Environment?: { Variables?: Record<string, unknown> } }>(template, 'AWS::Lambda::Function')
      .filter(([id, { Environment }]) => has(id) && Environment?.Variables?.[SETTINGS_VARIABLE] !== undefined)
      .flatMap(([, { Environment }]) => {
        const settings = parseSettings(Environment!.Variables![SETTINGS_VARIABLE]);
        return settings?.clickHouse ? [{ stack, settings, clickHouse: settings.clickHouse }] : [];
      }),
  );
  if (found.length !== 1) {
    throw new CommandError(
      found.length === 0
        ? 'no stack backs up ClickHouse (`backup` of PostHog, or PostHogBackup); docs/backups.md has the steps by hand'
        : `there are ${found.length} PostHogs: name the templates of one with --template`,
    );
  }
  const [{ settings, clickHouse }] = found;
  const resource = (type: string) => resources(stacks, type).map(({ stack, id }) => ({ stack, id }));
  const [instance] = resource('AWS::RDS::DBInstance');
  const [cluster] = resource('AWS::RDS::DBCluster');
  const [vault] = resource('AWS::Backup::BackupVault');
  const bucket = resource('AWS::S3::Bucket').find(({ id }) => settings.bucket === `<${id}>`);
  return {
    bucket: bucket ?? settings.bucket,
    database: clickHouse.database,
    clickHouseHost: clickHouse.host,
    rds: cluster ? { ...cluster, isCluster: true } : instance && { ...instance, isCluster: false },
    volumes: resources<Tagged>(stacks, 'AWS::EC2::Volume').flatMap(({ stack, id, properties: { Size, Tags = [] } }) => {
      const tag = Tags.find(({ Key }) => Key === VOLUME_TAG)?.Value;
      return typeof tag === 'string' ? [{ stack, id, tag, gibibytes: numberOf(Size), isClickHouse: /ClickHouse/.test(tag) }] : [];
    }),
    vault,
    cluster: resource('AWS::ECS::Cluster')[0],
    migration: resource('AWS::StepFunctions::StateMachine').find(({ id }) => /MigrationStateMachine/.test(id)),
  };
}

function resources<Properties>(stacks: readonly StackFile[], type: string): { stack: string; id: string; properties: Properties }[] {
  return stacks.flatMap(({ stack, template, has }) =>
    ofType<Properties>(template, type)
      .filter(([id]) => has(id))
      .map(([id, properties]) => ({ stack, id, properties })),
  );
}

/** Parses the settings, in which references stand as `<logical id>`. */
function parseSettings(value: unknown): Settings | undefined {
  try {
    return JSON.parse(textOf(value)) as Settings;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const { 'Fn::Join': join, 'Ref': ref } = (value ?? {}) as { 'Fn::Join'?: [string, unknown[]]; 'Ref'?: string };
  return join ? join[1].map(textOf).join(join[0]) : `<${ref ?? 'known at deployment'}>`;
}
