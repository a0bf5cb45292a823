import { oneOf, onWire, optional, text, unsent } from '../define.ts';
import { direction, list } from './product.ts';

const wire = { name: 'name', category: 'category', creation_time: 'creationTime', modified_time: 'modifiedTime' } as const;

export default [
  list('list_app_catalog', {
    about: 'List the applications that are known by their ports and processes, with categories. Use it to learn what a port is for.',
    operation: 'ListAppCatalog',
    field: 'appCatalog',
    args: { filter: 'AppCatalogQueryFilter', orderBy: 'AppCatalogQueryOrderBy' },
    input: {
      name: onWire('filter.name.contains', optional(text('Part of the name.', { min: 1 }))),
      category: onWire('filter.category.contains', optional(text('Part of the category.', { min: 1 }))),
      sort_by: unsent(
        optional(oneOf(['name', 'category', 'creation_time', 'modified_time'], 'Field to order the rows by; the name unless given.')),
      ),
      sort_order: unsent(optional(direction)),
    },
    select:
      'id name category creationTime modifiedTime details { processes portAndProtocol { protocol portRanges { startPort endPort } } }',
    variables: ({ sort_by: field, sort_order: order }) =>
      field === undefined && order === undefined ? {} : { orderBy: { [wire[(field ?? 'name') as keyof typeof wire]]: order ?? 'ASC' } },
  }),
];
