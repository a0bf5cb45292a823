import { ask } from './product.ts';

export default [
  ask('get_metadata', {
    about: 'Get what the API says of itself for this customer: features that are switched on, versions, limits.',
    operation: 'GetMetadata',
    field: 'metadata',
    customer: 'String!',
  }),
];
