import { optional, text, texts, tool, type Paging } from '../define.ts';
import { paging, zcell } from './product.ts';

export default [
  tool(zcell, 'list_sims', {
    toolset: 'zcell_sim_handling',
    action: 'read',
    about:
      'Find SIMs by state, network, address, country, tag or device. Returns the SIMs, and around them the number of pages and the total usage. Several filters narrow the list together.',
    input: {
      iccid: optional(texts('ICCIDs of SIMs.')),
      status: optional(text('State of the SIM, in the words of the API: ACTIVE, INACTIVE.')),
      network_status: optional(text('State in the network, in the words of the API: ONLINE, OFFLINE.')),
      ip_address: optional(texts('Addresses that SIMs were given.')),
      location_country: optional(text('Country in which the SIM is.')),
      tag: optional(texts('Tags that the SIM bears.')),
      device_type: optional(text('Kind of device.')),
      brand_name: optional(text('Brand of the device.')),
      marketing_name: optional(text('Name under which the device is sold.')),
      model_name: optional(text('Model of the device.')),
      form_factor: optional(text('Form of the SIM, in the words of the API.')),
      imei_status: optional(text('Whether the SIM is bound to its device, in the words of the API.')),
      ...paging,
    },
    call: 'POST /customers/{zcellCustomerId}/sims/search',
    returns: { ...zcell.paging, within: 'pageDetails' } as Paging,
  }),
  tool(zcell, 'get_sim_details', {
    toolset: 'zcell_sim_handling',
    action: 'read',
    about: 'Get one SIM by its ICCID: state, device, operator, address, place, last session, tags and usage.',
    input: { icc_id: text('ICCID of the SIM, as zcell_list_sims shows it.', { min: 1 }) },
    call: 'GET /customers/{zcellCustomerId}/sims/details',
  }),
];
