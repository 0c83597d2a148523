import { Fact } from './image-facts';
import { checkDistinct, checkText, CLICKHOUSE_VERSION, COMMIT, DAY, invalidField, PLATFORM, RELEASE_NAME, TextRule, TOPIC } from './release-checks';
import { IMAGE_NAMES, imagesOf, ReleaseClickHouse, ReleaseDescription, ReleaseImage } from './release-description';
import { generationOf, GenerationOverrides, NEWEST_GENERATION } from '../catalog/generations/generation';
import { invalidProp } from '../private/errors';
import { imageRule, parseImageReference } from '../private/image-reference';

/** The schema version of release files that this version of the library writes. */
const SCHEMA_VERSION = 2;
/** The schema version in which revision and creation date were optional texts without a source. It can still be read. */
const TEXT_SCHEMA_VERSION = 1;

const IMAGE_FIELDS = ['image', 'tag', 'platforms', 'revision', 'created'];

const ANY_TEXT: TextRule = { rule: 'must be a text', test: () => true };
const TAG: TextRule = { rule: 'must be the tag of an image', test: (text) => /^\w[\w.-]{0,127}$/.test(text) };
const TIME: TextRule = {
  rule: 'must be a day such as 2026-09-11, or a point in time such as 2026-09-11T08:15:30Z',
  test: (text) => DAY.test(text) || (/^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text))),
};
/** The source of a fact, or the reason why it is not known. */
const LINE: TextRule = { rule: 'must be one line of text', test: (text) => text.trim() !== '' && !text.includes('\n') };

/**
 * Parses a release file.
 *
 * Throws if the text is not a release file, and names the wrong field. An unknown field is wrong too: it may be a
 * misspelt one, which must not be ignored.
 */
export function parseRelease(text: string): ReleaseDescription {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
  const { schemaVersion, ...file } = fields('the file', parsed);
  if (schemaVersion !== SCHEMA_VERSION && schemaVersion !== TEXT_SCHEMA_VERSION) {
    throw invalidField(
      'schemaVersion',
      `must be ${SCHEMA_VERSION} or ${TEXT_SCHEMA_VERSION}`,
      schemaVersion,
      'write it again with `npx cdk-posthog release` of the same version as the library',
    );
  }
  const fact = schemaVersion === SCHEMA_VERSION ? factWithSource : textFact;
  onlyFields('', file, ['name', 'date', 'upstreamCommit', 'generation', 'overrides', 'clickHouse', 'images', 'topics']);
  return {
    name: checkText('name', file.name, RELEASE_NAME),
    date: optional(file.date, (value) => checkText('date', value, DAY)),
    upstreamCommit: optional(file.upstreamCommit, (value) => checkText('upstreamCommit', value, COMMIT)),
    clickHouse: optional(file.clickHouse, (value) => clickHouse(value, fact)),
    images: images(file.images, fact),
    topics: optional(file.topics, (value) => texts('topics', value, TOPIC)),
    ...generationFields(file.generation, file.overrides),
  };
}

/** Renders a release file. The same release results in the same bytes. */
export function renderRelease(release: ReleaseDescription): string {
  const { name, date, upstreamCommit, generation, overrides, clickHouse: server, topics } = release;
  const file = {
    schemaVersion: SCHEMA_VERSION,
    name,
    date,
    upstreamCommit,
    generation,
    overrides: overrides && orderedOverrides(overrides),
    clickHouse: server && { version: server.version, ...ordered(server) },
    images: Object.fromEntries(imagesOf(release).map(([key, image]) => [key, ordered(image)])),
    topics: topics && [...topics].sort(),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

function ordered({ image, tag, platforms, revision, created }: ReleaseImage): ReleaseImage {
  return { image, tag, platforms: platforms && [...platforms].sort(), revision, created };
}

/** Returns the overrides of a release in the order of its file. */
export function orderedOverrides({ modes, taskQueues, topics, webServerEnvironment }: GenerationOverrides): GenerationOverrides {
  const sorted = (record: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
  return {
    modes: modes && sorted(modes),
    taskQueues: taskQueues && [...taskQueues].sort(),
    topics: topics && [...topics].sort(),
    webServerEnvironment: webServerEnvironment && sorted(webServerEnvironment),
  };
}

/** Reads the generation of a release and its overrides, which are checked together. */
function generationFields(name: unknown, given: unknown): Pick<ReleaseDescription, 'generation' | 'overrides'> {
  const generation = optional(name, (value) => checkText('generation', value, RELEASE_NAME));
  const overrides = optional(given, generationOverrides);
  generationOf(generation ?? NEWEST_GENERATION, overrides);
  return { generation, overrides };
}

function generationOverrides(value: unknown): GenerationOverrides {
  const given = fields('overrides', value);
  onlyFields('overrides.', given, ['modes', 'taskQueues', 'topics', 'webServerEnvironment']);
  return {
    modes: optional(given.modes, (record) => textsByName('overrides.modes', record)),
    taskQueues: optional(given.taskQueues, (list) => texts('overrides.taskQueues', list, ANY_TEXT)),
    topics: optional(given.topics, (list) => texts('overrides.topics', list, TOPIC)),
    webServerEnvironment: optional(given.webServerEnvironment, (record) => textsByName('overrides.webServerEnvironment', record)),
  };
}

function textsByName(prop: string, value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(fields(prop, value)).map(([name, text]) => [name, checkText(`${prop}.${name}`, text, ANY_TEXT)]));
}

function images(value: unknown, fact: ReadFact): ReleaseDescription['images'] {
  const given = fields('images', value);
  onlyFields('images.', given, IMAGE_NAMES);
  const { app, ...others } = given;
  if (app === undefined) {
    throw invalidProp('images.app', 'is required, because every PostHog runs it');
  }
  return {
    ...Object.fromEntries(Object.entries(others).map(([name, one]) => [name, releaseImage(`images.${name}`, one, fact)])),
    app: releaseImage('images.app', app, fact),
  };
}

function clickHouse(value: unknown, fact: ReadFact): ReleaseClickHouse {
  const { version, ...image } = fields('clickHouse', value);
  return { version: checkText('clickHouse.version', version, CLICKHOUSE_VERSION), ...releaseImage('clickHouse', image, fact) };
}

function releaseImage(prop: string, value: unknown, fact: ReadFact): ReleaseImage {
  const given = fields(prop, value);
  onlyFields(`${prop}.`, given, IMAGE_FIELDS);
  const { image, tag, platforms, revision, created } = given;
  if (typeof image !== 'string' || !parseImageReference(image)) {
    throw invalidField(`${prop}.image`, imageRule(prop === 'clickHouse' ? 'clickhouse/clickhouse-server' : 'posthog/posthog'), image);
  }
  return {
    image,
    tag: optional(tag, (text) => checkText(`${prop}.tag`, text, TAG)),
    platforms: optional(platforms, (list) => texts(`${prop}.platforms`, list, PLATFORM)),
    revision: fact(`${prop}.revision`, revision, COMMIT),
    created: fact(`${prop}.created`, created, TIME),
  };
}

/** Reads a fact about an image, in one of the schema versions. */
type ReadFact = (prop: string, value: unknown, rule: TextRule) => Fact;

function factWithSource(prop: string, value: unknown, rule: TextRule): Fact {
  if (value === undefined) {
    throw invalidField(prop, 'must be a known value, as { "value", "source" }, or the reason why it is unknown, as { "unknown" }', value);
  }
  const given = fields(prop, value);
  if ('unknown' in given) {
    onlyFields(`${prop}.`, given, ['unknown']);
    return { unknown: checkText(`${prop}.unknown`, given.unknown, LINE) };
  }
  onlyFields(`${prop}.`, given, ['value', 'source', 'unknown']);
  return { value: checkText(`${prop}.value`, given.value, rule), source: checkText(`${prop}.source`, given.source, LINE) };
}

function textFact(prop: string, value: unknown, rule: TextRule): Fact {
  return value === undefined ? { unknown: 'not recorded' } : { value: checkText(prop, value, rule), source: 'its registry' };
}

function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

function texts(prop: string, value: unknown, rule: TextRule): string[] {
  if (!Array.isArray(value)) {
    throw invalidField(prop, 'must be a list', value);
  }
  const list = value.map((text: unknown, index) => checkText(`${prop}[${index}]`, text, rule));
  checkDistinct(prop, list);
  return list;
}

function fields(prop: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidField(prop, 'must be an object', value);
  }
  return { ...value };
}

function onlyFields(prefix: string, value: object, known: readonly string[]): void {
  const unknownField = Object.keys(value).find((name) => !known.includes(name));
  if (unknownField !== undefined) {
    throw new Error(`\`${prefix}${unknownField}\` is not a field of a release file; the fields are: ${known.join(', ')}`);
  }
}
