/** The text without the slashes at its end. Linear; the expression `/\/+$/` looks from each slash to the end. */
export function withoutEndSlashes(text: string): string {
  let end = text.length;
  while (text.endsWith('/', end)) end -= 1;
  return text.slice(0, end);
}
