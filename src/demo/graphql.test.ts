import { describe, expect, it } from 'vitest';
import { answerGraphql, parseDocument } from './graphql.ts';

const root = {
  ships: ({ limit }: Readonly<Record<string, unknown>>) =>
    [{ name: 'Lantern I', __typename: 'Ship', crew: 9 }].slice(0, Number(limit ?? 1)),
  harbor: { name: 'Rotterdam', ships: null },
};
const ask = (query: string, variables: Record<string, unknown> = {}): unknown => answerGraphql({ query, variables }, root).body;

describe('the GraphQL of the demo tenant', () => {
  it('reads a document', () => {
    expect(parseDocument('query A($b: Int!, $c: [T!]) { d(e: $b) { f ... on G { h } } }')).toEqual({
      operation: 'A',
      variables: { b: 'Int!', c: '[T!]' },
      select: [
        {
          field: 'd',
          args: { e: 'b' },
          select: [
            { field: 'f', args: {}, select: [] },
            { field: '', args: {}, on: 'G', select: [{ field: 'h', args: {}, select: [] }] },
          ],
        },
      ],
    });
  });
  it('answers with the fields that were asked for, and fragments of the type', () => {
    expect(
      ask('query A($n: Int) { ships(limit: $n) { name ... on Ship { crew } ... on Barge { cargo } } harbor { ships { name } } }', { n: 1 }),
    ).toEqual({
      data: { ships: [{ name: 'Lantern I', crew: 9 }], harbor: { ships: null } },
    });
  });
  it.each([
    ['an unknown field', 'query A { harbor { depth } }', {}, 'ValidationError', 'no field "depth"'],
    ['a variable that is not declared', 'query A { ships(limit: $n) { name } }', {}, 'ValidationError', '$n is used but not declared'],
    ['a variable that nothing declares', 'query A { harbor { name } }', { n: 1 }, 'ValidationError', '$n is not declared'],
    ['a missing variable', 'query A($n: Int!) { ships(limit: $n) { name } }', {}, 'BAD_REQUEST', '$n of type Int! is missing'],
    ['half a document', 'query A { harbor { name', {}, 'ValidationError', 'does not end'],
    ['something else', 'mutation { sink }', {}, 'ValidationError', '"query" was expected'],
  ])('refuses %s with status 200', (_, query, variables, classification, message) => {
    expect(ask(query, variables)).toMatchObject({
      errors: [{ message: expect.stringContaining(message) as string, extensions: { classification } }],
      data: null,
    });
  });
});
