import { ProcessDefinition } from '../process-definition';
import { PROCESSES } from '.';
import { Product } from '../product';
import { PostHogProcess } from '../posthog-process';
import { checkEnum, invalidValue } from '../../private/errors';

/** The default products: all that a new user expects. Logs and large AI events are opt-in. */
export const DEFAULT_PRODUCTS: readonly Product[] = Object.values(Product).filter((product) => ![Product.LOGS, Product.AI].includes(product));

/**
 * Returns the processes that are deployed with these products.
 *
 * Throws if one of them cannot work without a process that is not deployed.
 */
export function deployedProcesses(products: readonly Product[]): ProcessDefinition[] {
  products.forEach((product) => checkEnum('products', product, Product));
  const deployed = PROCESSES.filter((definition) => definition.products?.some((product) => products.includes(product)) ?? true);
  for (const { process, needs } of deployed) {
    const missing = needs.find((needed) => !deployed.some((other) => other.process === needed));
    if (missing) {
      throw invalidValue(
        'products',
        `must include one of ${productsOf(missing).join(', ')}, because ${process} (${productsOf(process).join(', ')}) cannot work without ${missing}`,
        products.join(', '),
      );
    }
  }
  return deployed;
}

/** Returns the products that a process is deployed with; an empty list if it is always deployed. */
export function productsOf(process: PostHogProcess): readonly Product[] {
  return PROCESSES.find((definition) => definition.process === process)?.products ?? [];
}
