import { describe, expect, it } from 'vitest';
import { countryCodes } from './countries.ts';

describe('countries', () => {
  it('are understood as codes, in the words of the API, and by their English names', () => {
    expect(countryCodes(['de', 'COUNTRY_FR', 'united states', 'Côte d’Ivoire'])).toEqual([
      'COUNTRY_DE',
      'COUNTRY_FR',
      'COUNTRY_US',
      'COUNTRY_CI',
    ]);
  });
  it('are refused by name when there is no such country', () => {
    expect(() => countryCodes(['DE', 'Atlantis', 'QQ'])).toThrow('unknown: "Atlantis", "QQ"');
  });
});
