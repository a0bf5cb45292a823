/** What Harbor Lantern Freight exposes to the internet. */
import type { Item } from '../collection.ts';

export const ORGANIZATION: Item = { id: '5e000000-1a0d-4000-8000-0000000000a1', name: 'Harbor Lantern Freight' };

const FINDINGS: readonly (readonly [name: string, category: string, level: string, score: number, asset: string, description: string])[] = [
  ['TLS certificate has expired', 'Certificates', 'HIGH', 78, 'quotes.harbor-lantern.example', 'The certificate ended two weeks ago.'],
  ['Remote desktop is reachable', 'Exposed services', 'CRITICAL', 95, 'crane-control.harbor-lantern.example', 'Port 3389 answers anybody.'],
  [
    'Outdated web server',
    'Vulnerabilities',
    'MEDIUM',
    55,
    'partners.harbor-lantern.example',
    'The banner names a version without support.',
  ],
  ['Directory listing', 'Misconfiguration', 'LOW', 20, 'archive.harbor-lantern.example', 'Files of a folder can be listed.'],
];

export const seedFindings = (): Item[] =>
  FINDINGS.map(([name, category, riskLevel, riskScore, asset, description], at) => ({
    id: `5e000000-1a0d-4000-8000-00000000f00${at + 1}`,
    name,
    category,
    description,
    type: 'Active',
    status: at === 3 ? 'CLOSED' : 'OPEN',
    risk_level: riskLevel,
    risk_score: riskScore,
    severity_score: riskScore / 10,
    cisa_likelihood: at === 1 ? 'HIGH' : null,
    epss_likelihood: at === 2 ? 0.42 : null,
    impacted_asset_id: `5e000000-1a0d-4000-8000-00000000a00${at + 1}`,
    impacted_asset_name: asset,
    country: 'NL',
    profile_id: '5e000000-1a0d-4000-8000-000000000001',
    scan_type: 'EXTERNAL',
    is_stale: false,
    first_seen: `2026-02-0${at + 1}T06:00:00Z`,
    last_seen: '2026-03-01T06:00:00Z',
  }));

const LOOKALIKES: readonly (readonly [domain: string, trick: string, score: number, isRegistered: boolean])[] = [
  ['harbour-lantern.example', 'KeyboardTypos', 64, true],
  ['harbor-lanterm.example', 'KeyboardTypos', 41, true],
  ['harborlantern.example', 'Omission', 26, false],
];

export const seedLookalikes = (): Item[] =>
  LOOKALIKES.map(([domain, trick, score, isRegistered]) => ({
    id: domain,
    original_domain: 'harbor-lantern.example',
    lookalike_raw: domain,
    risk_category: isRegistered ? 'Registered Lookalike' : 'Watchlist Lookalike',
    risk_score: score,
    deception_method: [trick],
    registrar: isRegistered ? 'Fogbank Names' : null,
    is_registered: isRegistered,
    registered_by: null,
    created_date: '2026-01-17T01:45:58.005556Z',
    updated_date: '2026-02-28T18:19:27.654555Z',
    expiration_date: isRegistered ? '2027-01-17T01:45:58Z' : null,
    status: 'NOT_VERIFIED',
  }));
