import { ProcessDefinition } from './process-definition';
import { PROCESSES } from './processes';
import { Product } from '../catalog/product';
import { PostHogProcess } from '../catalog/posthog-process';
import { checkEnum } from '../private/enums';
import { rejected } from '../private/errors';

/** What a new user expects to find working; logs and large AI events are for those who know that they want them. */
export const DEFAULT_PRODUCTS: readonly Product[] = Object.values(Product).filter((product) => ![Product.LOGS, Product.AI].includes(product));

/**
 * The processes that are deployed with these products.
 *
 * Throws where one of them cannot work without another that is not there.
 */
export function deployedProcesses(products: readonly Product[]): ProcessDefinition[] {
  products.forEach((product) => checkEnum('products', product, Product));
  const deployed = PROCESSES.filter((definition) => definition.products?.some((product) => products.includes(product)) ?? true);
  for (const { process, needs } of deployed) {
    const missing = needs.find((needed) => !deployed.some((other) => other.process === needed));
    if (missing) {
      throw rejected('products', `must include one of ${productsOf(missing).join(', ')}, because ${process} (${productsOf(process).join(', ')}) cannot work without ${missing}`,
        products.join(', '));
    }
  }
  return deployed;
}

/** The products that a process is deployed with; none, where it always is. */
export function productsOf(process: PostHogProcess): readonly Product[] {
  return PROCESSES.find((definition) => definition.process === process)?.products ?? [];
}
