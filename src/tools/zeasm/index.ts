import findings from './findings.ts';
import lookalikeDomains from './lookalike-domains.ts';
import organizations from './organizations.ts';

export const zeasm = [...organizations, ...findings, ...lookalikeDomains];
