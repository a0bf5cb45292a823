import { describe, expect, it } from 'vitest';
import { count, inQuery, optional, spread, text, unsent } from './fields.ts';
import { request } from './request.ts';

const fields = {
  name: text('x'),
  page: inQuery(optional(count('x'))),
  hours: spread(optional(count('x')), (hours) => ({ from: 100 - hours, to: 100 })),
  note: unsent(optional(text('x'))),
};

describe('the parts of a request', () => {
  it('put one input that stands for several into the query of a read and the body of a write', () => {
    expect(request('GET /things', fields, { name: 'n', hours: 2 })).toEqual(['GET /things', { query: { name: 'n', from: 98, to: 100 } }]);
    expect(request('POST /things', fields, { name: 'n', hours: 2 })[1]).toEqual({ body: { name: 'n', from: 98, to: 100 } });
  });
  it('put into the query of a write what belongs there', () => {
    expect(request('POST /things', fields, { name: 'n', page: 3 })[1]).toEqual({ query: { page: 3 }, body: { name: 'n' } });
  });
  it('leave out what only the tool needs', () => {
    expect(request('GET /things', fields, { note: 'n' })[1]).toEqual({});
  });
  it('refuse two values for one name', () => {
    expect(() => request('GET /things', { ...fields, from: text('x') }, { from: '1', hours: 2 })).toThrow('hours repeats from');
  });
});
