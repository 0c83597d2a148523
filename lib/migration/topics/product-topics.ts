import { generationOf, NEWEST_GENERATION } from '../../catalog/generations/generation';
import { Product } from '../../catalog/product';
import { Topic, TOPICS } from '../../catalog/kafka/topics';
import { kafkaTopics, KafkaTopic } from '../../stores/kafka/kafka-topics';

/**
 * Returns the topics that PostHog needs with these products, sorted by name.
 *
 * @param products the products
 * @param busyPartitions the number of partitions of busy topics; the others have one
 * @param further names of additional topics of the release
 * @param ofGeneration names of topics of the release's generation, in addition to those of every generation
 */
export function topicsOf(
  products: readonly Product[],
  busyPartitions: number,
  further: readonly string[] = [],
  ofGeneration: readonly string[] = generationOf(NEWEST_GENERATION).topics,
): KafkaTopic[] {
  const isOfGeneration = ({ name, newer }: Topic) => newer === undefined || ofGeneration.includes(name) || further.includes(name);
  const isOfProducts = (topic: Topic) => topic.products === undefined || topic.products.some((product) => products.includes(product));
  const wanted = kafkaTopics(busyPartitions, (topic) => isOfGeneration(topic) && isOfProducts(topic));
  const unknown = [...new Set([...ofGeneration, ...further])]
    .filter((name) => !TOPICS.some((topic) => topic.name === name))
    .map((name) => ({ name, partitions: 1 }));
  return [...wanted, ...unknown].sort((a, b) => (a.name < b.name ? -1 : 1));
}
