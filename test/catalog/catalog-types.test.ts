import { PostHogImages, PostHogProcess, PostHogSize } from '../../lib';
import { CatalogImage, ImageName } from '../../lib/catalog/images';
import { Topic } from '../../lib/catalog/kafka/topics';
import { ProcessDefinition } from '../../lib/catalog/process-definition';
import { definitionOf, ProcessTable } from '../../lib/catalog/processes';

/** Does nothing: the compiler checks the argument. */
function accept<T>(value: T): T {
  return value;
}

/** Each line after `@ts-expect-error` must not compile; `npm run types` reports it if it does. */
test('the compiler refuses an incomplete catalog', () => {
  const web = definitionOf(PostHogProcess.WEB) as ProcessDefinition<PostHogProcess.WEB>;
  const others = {} as Omit<ProcessTable, PostHogProcess.WEB>;
  // @ts-expect-error -- a process without a definition
  accept<ProcessTable>({ ...others });
  // @ts-expect-error -- a definition under the name of another process
  accept<ProcessTable>({ ...others, [PostHogProcess.WEB]: definitionOf(PostHogProcess.WORKER) as ProcessDefinition<PostHogProcess.WORKER> });
  expect(accept<ProcessTable>({ ...others, [PostHogProcess.WEB]: web })).toHaveProperty('web', web);

  const sizes: Omit<typeof web.sizes, PostHogSize.LARGE> = web.sizes;
  // @ts-expect-error -- a definition without one of the four sizes
  accept<ProcessDefinition>({ ...web, sizes });
  // @ts-expect-error -- a size without memory
  accept<ProcessDefinition>({ ...web, sizes: { ...sizes, large: { cpu: 1024, minTasks: 1, maxTasks: 1 } } });
  // @ts-expect-error -- an image that the catalog does not have
  accept<ProcessDefinition>({ ...web, image: 'another' });
  // @ts-expect-error -- a data store that does not exist
  accept<ProcessDefinition>({ ...web, stores: ['mysql'] });

  // @ts-expect-error -- a topic without a reader or the reason why it has none
  accept<Topic>({ name: 'topic', writers: [PostHogProcess.WEB] });
  // @ts-expect-error -- a topic without a writer or the reason why it has none
  accept<Topic>({ name: 'topic', readers: ['clickhouse'] });
  // @ts-expect-error -- a writer that is not a process
  accept<Topic>({ name: 'topic', writers: ['another'], noReader: 'reason' });

  // @ts-expect-error -- an image without a repository
  accept<CatalogImage>({ tag: 'latest', stopping: { init: true } });
  // @ts-expect-error -- an image that does not say how it stops
  accept<CatalogImage>({ repository: 'posthog/posthog', tag: 'latest' });
  const name: keyof PostHogImages = 'app';
  expect(accept<ImageName>(name)).toBe('app');
});
