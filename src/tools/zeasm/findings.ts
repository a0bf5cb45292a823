import { id, tool } from '../define.ts';
import { nextPage, organization, untrusted, zeasm } from './product.ts';

const finding = { ...organization, finding_id: id('ID of the finding, as zeasm_list_findings shows it.') };

export default [
  tool(zeasm, 'list_findings', {
    toolset: 'zeasm_findings',
    action: 'read',
    about:
      'List what is wrong with the assets of an organization that can be reached from the internet: category, severity, risk score, affected asset, first and last sighting. The finding_id of the other tools comes from here.',
    input: { ...organization, ...nextPage },
    call: 'GET /organizations/{org_id}/findings',
    returns: 'page',
  }),
  tool(zeasm, 'get_finding_details', {
    toolset: 'zeasm_findings',
    action: 'read',
    about: 'Get one finding of an organization: description, affected asset, severity, and how likely the weakness is to be exploited.',
    input: finding,
    call: 'GET /organizations/{org_id}/findings/{finding_id}/details',
  }),
  tool(zeasm, 'get_finding_evidence', {
    toolset: 'zeasm_findings',
    action: 'read',
    about: `Get the evidence on which a finding rests: what the asset answered, and where it was seen. ${untrusted}`,
    writtenBy: 'whoever runs the host that was scanned',
    input: finding,
    call: 'GET /organizations/{org_id}/findings/{finding_id}/evidence',
  }),
  tool(zeasm, 'get_finding_scan_output', {
    toolset: 'zeasm_findings',
    action: 'read',
    about: `Get the raw output of the scan that led to a finding. It may be long; ask for the evidence first. ${untrusted}`,
    writtenBy: 'whoever runs the host that was scanned',
    input: finding,
    call: 'GET /organizations/{org_id}/findings/{finding_id}/scan-output',
  }),
];
