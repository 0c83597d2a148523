import { readFile } from 'node:fs/promises';

/**
 * Lets esbuild leave out what a program does not reach of the AWS SDK's schemas.
 *
 * A client's schemas are one file, 1.3 MB of it for EC2. Each is a constant that esbuild would leave out, but for its computed keys:
 * `{ [_xN]: "item" }` might call something, as far as esbuild knows, so everything stays. The keys are constants of the same file; written
 * out, they are no calls. Where the SDK comes to write its schemas otherwise, nothing matches, and the bundles only grow.
 *
 * @type {import('esbuild').Plugin}
 */
export const foldSchemaKeys = {
  name: 'fold-schema-keys',
  setup(build) {
    build.onLoad({ filter: /[\\/]@aws-sdk[\\/].*[\\/]schemas[\\/]schemas_\d+\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const texts = new Map(Array.from(source.matchAll(/^const (\w+) = ("[^"\\]*");$/gm), ([, name, text]) => [name, text]));
      return { contents: source.replace(/\[(\w+)\]:/g, (key, name) => (texts.has(name) ? `${texts.get(name)}:` : key)), loader: 'js' };
    });
  },
};
