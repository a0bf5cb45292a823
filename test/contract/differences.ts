/** Where the inputs of our tools differ from those of the Python server on purpose, and why. */

const beyondTheFirstPage = [
  'zdx_list_application_users',
  'zdx_list_software',
  'zdx_get_software_details',
  'zeasm_list_findings',
  'zeasm_list_lookalike_domains',
];

/** Inputs that we add. */
export const added: Readonly<Record<string, readonly string[]>> = {
  get_zpa_app_segments_by_type: ['page'], // without it, what is past the first 500 rows cannot be seen
  ...Object.fromEntries(beyondTheFirstPage.map((name) => [name, ['offset']])), // likewise: the answer there leads on, and the input was missing
};

/**
 * Tools that the Python server does not have, each with the reason why we do. `tools*.json` and `endpoints.json` hold the facts of the Python
 * server and know nothing of them: what they take and send is pinned by `snapshots/` alone.
 */
export const ownTools: Readonly<Record<string, string>> = {};
