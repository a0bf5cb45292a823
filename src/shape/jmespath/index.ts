export { Fault } from './fault.ts';
export { compile, type Search } from './search.ts';
