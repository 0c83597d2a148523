import { type CatalogImage, type ImageName, IMAGES } from '../../lib/internal';

/** The source of an image: its repository, the tag of the newest image, and the tags of an image of a commit. */
export type ImageSource = Pick<CatalogImage, 'repository' | 'tag' | 'commitTags'>;

/** The source of every image. */
export const IMAGE_SOURCES: Readonly<Record<ImageName, ImageSource>> = IMAGES;

/** ClickHouse's own image; its tag is the version. */
export const CLICKHOUSE_IMAGE = 'clickhouse/clickhouse-server';

/** The images of `--tag`, which share their tags. */
export const TAGGED: readonly ImageName[] = ['app', 'node'];
