import { ok, ziaError } from '../answer.ts';
import type { Fields } from '../collection.ts';
import type { Routes } from '../router.ts';

const city = (
  cityGeoId: number,
  cityName: string,
  stateName: string,
  countryName: string,
  countryCode: string,
  latitude: number,
  longitude: number,
): Fields => ({
  cityGeoId,
  stateGeoId: cityGeoId + 1,
  latitude,
  longitude,
  cityName,
  stateName,
  countryName,
  countryCode,
  postalCode: '',
  continentCode: countryCode === 'US' ? 'NA' : 'EU',
});

const CITIES: readonly Fields[] = [
  city(2_747_891, 'Rotterdam', 'South Holland', 'Netherlands', 'NL', 51.9225, 4.4791),
  city(2_800_866, 'Brussels', 'Brussels Capital', 'Belgium', 'BE', 50.8505, 4.3488),
  city(3_143_244, 'Oslo', 'Oslo', 'Norway', 'NO', 59.9127, 10.7461),
  city(5_391_811, 'San Diego', 'California', 'United States', 'US', 32.7157, -117.1647),
];

const invalid = (message: string) => ziaError(400, 'INVALID_INPUT_ARGUMENT', message);

/** `/region/...`: cities by name, position or address. Every address is in the first city. */
export const geography: Routes = {
  'GET /region/search': ({ query }) => {
    const prefix = query.get('prefix')?.trim().toLowerCase() ?? '';
    // Recorded, word for word.
    if (prefix === '') return invalid('Invalid or blank search prefix.');
    return ok(CITIES.filter(({ cityName }) => String(cityName).toLowerCase().startsWith(prefix)));
  },
  'GET /region/byGeoCoordinates': ({ query }) => {
    const [latitude, longitude] = [Number(query.get('latitude') ?? Number.NaN), Number(query.get('longitude') ?? Number.NaN)];
    if (Number.isNaN(latitude) || Number.isNaN(longitude)) return invalid('latitude and longitude must be numbers');
    const distance = (one: Fields): number => Math.hypot(Number(one['latitude']) - latitude, Number(one['longitude']) - longitude);
    return ok([...CITIES].sort((a, b) => distance(a) - distance(b))[0]);
  },
  'GET /region/byIPAddress/{ip}': ({ params }) =>
    /^[\d.]+$|:/.test(params['ip'] ?? '') ? ok(CITIES[0]) : invalid('the IP address is not valid'),
};
