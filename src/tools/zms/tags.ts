import { anyCase, oneOf, onWire, optional, text } from '../define.ts';
import { list, sortOrder } from './product.ts';

const origin = anyCase(
  oneOf(['CUSTOM', 'EXTERNAL', 'ML', 'UNKNOWN'], 'Where the namespace comes from: people, a cloud, or machine learning.'),
);
const contains = (field: string) => onWire(`filter.${field}.contains`, optional(text('Part of the name.', { min: 1 })));

export default [
  list('list_tag_namespaces', {
    about: 'List the namespaces of tags with their IDs and origin. Each holds keys, and each key holds values.',
    operation: 'ListTagNamespaces',
    field: 'tagNamespaces',
    args: { filter: 'NamespaceFilter', orderBy: 'NamespaceQueryOrderBy' },
    input: { name: contains('name'), origin: onWire('filter.origin.equals', optional(origin)), ...sortOrder('name') },
    select: 'id name description origin',
  }),
  list('list_tag_keys', {
    about: 'List the keys of a namespace of tags, given its ID. The values of a key come from zms_list_tag_values.',
    operation: 'ListTagKeys',
    field: 'tagKeys',
    args: { namespaceId: 'String!', filter: 'TagKeyFilter', orderBy: 'TagKeyQueryOrderBy' },
    input: {
      namespace_id: text('ID of the namespace, as zms_list_tag_namespaces shows it.', { min: 1 }),
      key_name: contains('keyName'),
      ...sortOrder('name'),
    },
    select: 'id name description',
  }),
  list('list_tag_values', {
    about: 'List the values of a key of tags, given the ID of the key and the origin of its namespace.',
    operation: 'ListTagValues',
    field: 'tagValues',
    args: { tagId: 'String!', namespaceOrigin: 'NamespaceOrigin!', filter: 'TagValueFilter', orderBy: 'TagValueQueryOrderBy' },
    input: {
      tag_id: text('ID of the key, as zms_list_tag_keys shows it.', { min: 1 }),
      namespace_origin: origin,
      name: contains('name'),
      ...sortOrder('name'),
    },
    select: 'id name',
  }),
];
