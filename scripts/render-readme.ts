/** Updates the numbers of tools in the README from the catalogue. The rest of the page is written by hand. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue, products } from '../src/tools/index.ts';

/** @throws Error saying which sentence or row the README lacks */
export function renderReadme(readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')): string {
  const countOf = (product: string) => catalogue.filter((tool) => tool.product === product).length;
  const reading = catalogue.filter(({ action }) => action === 'read').length;
  return [
    replacing(/\bwith \d+ tools for\b/, `with ${catalogue.length} tools for`, 'the words "with 0 tools for"'),
    replacing(
      /^\d+ of the \d+ only read\b/m,
      `${reading} of the ${catalogue.length} only read`,
      'a line that begins with "0 of the 0 only read"',
    ),
    ...Object.keys(products).map((product) =>
      replacing(
        new RegExp(`^\\| \`${product}\` \\| \\d+ \\|`, 'm'),
        `| \`${product}\` | ${countOf(product)} |`,
        `the row "| \`${product}\` | 0 | its name |"`,
      ),
    ),
  ].reduce((page, replace) => replace(page), readme);
}

function replacing(pattern: RegExp, text: string, wanted: string): (page: string) => string {
  return (page) => {
    if (!pattern.test(page)) throw new Error(`it needs ${wanted} below "What is offered" or at its top; the numbers are filled in`);
    return page.replace(pattern, text);
  };
}
