import { Lever } from './cost-line';
import { FargateProcess } from './running-services';
import { PostHogProcess, Product, PROCESSES } from '../../lib/internal';

/**
 * Returns what each product costs that can be left out: the tasks of the processes that no other deployed product has.
 *
 * A product is deployed if all its processes are. One whose processes others need cannot be left out.
 */
export function productLevers(processes: readonly FargateProcess[]): Lever[] {
  const runs = (name: PostHogProcess) => processes.some(({ definition }) => definition.process === name);
  const deployed = Object.values(Product).filter((product) =>
    PROCESSES.filter(({ products }) => products?.includes(product)).every(({ process }) => runs(process)),
  );
  return deployed.flatMap((product): Lever[] => {
    const own = processes.filter(({ definition }) => isOf(definition.products, product, deployed));
    const kept = processes.filter((process) => !own.includes(process));
    const isNeeded = kept.some(({ definition }) => definition.needs.some((needed) => own.some((one) => one.definition.process === needed)));
    return product === Product.EVENTS || own.length === 0 || isNeeded
      ? []
      : [
          {
            what: `Without the product ${product}`,
            saves: own.reduce((sum, { onDemand, spot }) => sum + onDemand + spot, 0),
            how: `products without Product.${nameOf(product)} of PostHog`,
            note: `removes ${own.map(({ definition }) => definition.process).join(', ')}`,
          },
        ];
  });
}

/** Returns whether a process is deployed for one product only, of those that are deployed. */
function isOf(products: readonly Product[] | undefined, product: Product, deployed: readonly Product[]): boolean {
  return products !== undefined && products.includes(product) && products.every((other) => other === product || !deployed.includes(other));
}

function nameOf(product: Product): string {
  return Object.entries(Product).find(([, value]) => value === product)![0];
}
