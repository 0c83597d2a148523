import { Product } from '../../catalog/product';
import { TOPICS } from '../../catalog/topics';
import { kafkaTopics, KafkaTopic } from '../../stores/kafka-topics';

/**
 * The topics that a PostHog with these products needs, by name.
 *
 * @param products the products
 * @param busyPartitions how many partitions the busy ones have; the others have one
 * @param further names of topics that a release wants besides
 */
export function topicsOf(products: readonly Product[], busyPartitions: number, further: readonly string[] = []): KafkaTopic[] {
  const wanted = kafkaTopics(busyPartitions, (topic) => topic.products === undefined || topic.products.some((product) => products.includes(product)));
  const unknown = [...new Set(further)].filter((name) => !TOPICS.some((topic) => topic.name === name)).map((name) => ({ name, partitions: 1 }));
  return [...wanted, ...unknown].sort((a, b) => (a.name < b.name ? -1 : 1));
}
