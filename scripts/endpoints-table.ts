import path from 'node:path';
import { DocumentBlock } from './document-block';
import { ALWAYS_PUBLIC } from '../lib/catalog/endpoints/endpoint-group';
import { PublicEndpoint } from '../lib/ingress/routing/public-endpoint';
import { DEFAULT_PRODUCTS, productsOf } from '../lib/catalog/processes/deployed-processes';

const BLOCK = new DocumentBlock(path.join(__dirname, '..', 'docs', 'endpoints.md'), 'endpoints');

/** The table of endpoints, from the data that the listener rules are created from. */
export function endpointsTable(): string {
  const rows = PublicEndpoint.all().map((endpoint) => {
    const answers = answering(endpoint);
    const traits = [endpoint.documented ? 'documented' : '', endpoint.legacy ? 'legacy' : '', endpoint.sdkOnly ? 'SDK-only' : '']
      .filter(Boolean)
      .join(', ');
    const open = ALWAYS_PUBLIC.includes(endpoint.group) ? 'always' : `\`${endpoint.group}\``;
    const stripped = endpoint._stripPrefix ? `; \`${endpoint.path}\` is taken off` : '';
    return [`\`${endpoint.toString().replaceAll(', ', '`, `')}\``, endpoint.purpose, `${answers}${stripped}`, traits, open];
  });
  return [['paths', 'what for', 'answered by', 'kind', 'public'], ['---', '---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** The process that answers, with the product that it takes where that is not among those of the default. */
function answering({ process }: PublicEndpoint): string {
  const products = productsOf(process);
  if (products.length === 0 || products.some((product) => DEFAULT_PRODUCTS.includes(product))) {
    return process;
  }
  return `${process} (with Product ${products.map((product) => `\`${product}\``).join(' or ')})`;
}

/** The table as the documentation has it. */
export function tableInDocs(): string {
  return BLOCK.read();
}

if (require.main === module) {
  BLOCK.write(endpointsTable());
}
