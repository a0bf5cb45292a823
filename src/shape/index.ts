export { bound, type Bounded } from './bound.ts';
export { sizeOf, type Budget } from './budget.ts';
export { showFound, showRows, type Rows } from './listing.ts';
export { loadQueries, openQuery, type Query } from './query.ts';
export { writeText } from './text.ts';
