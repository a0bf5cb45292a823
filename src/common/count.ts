/** A number with its noun, in the plural unless it is one: `1 problem`, `0 problems`. For nouns whose plural ends in `s`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
