import { id, optional, text, tool } from '../define.ts';
import { zia } from './product.ts';

const what = 'A network application is one that the cloud firewall knows by how its traffic looks, whatever the port.';

export default [
  tool(zia, 'list_network_apps', {
    toolset: 'zia_cloud_firewall',
    action: 'read',
    about: `List network applications with their categories. ${what} Use it to find what groups and firewall rules take as nw_applications.`,
    input: {
      search: optional(text('Part of the name or of the description.')),
      locale: optional(text('Language of the descriptions: en-US, de-DE, es-ES, fr-FR, ja-JP, zh-CN.')),
    },
    call: 'GET /networkApplications',
    returns: 'page',
  }),
  tool(zia, 'get_network_app', {
    toolset: 'zia_cloud_firewall',
    action: 'read',
    about: `Get one network application by its ID, as the API returns it. ${what}`,
    input: { app_id: id('ID of the application, a word in capitals such as APNS, as zia_list_network_apps shows it.') },
    call: 'GET /networkApplications/{app_id}',
  }),
];
