/** Intended differences between the inputs of our tools and those of the Python server, with reasons. */

const beyondTheFirstPage = [
  'zdx_list_application_users',
  'zdx_list_software',
  'zdx_get_software_details',
  'zeasm_list_findings',
  'zeasm_list_lookalike_domains',
];

/** Inputs that we add. */
export const added: Readonly<Record<string, readonly string[]>> = {
  get_zpa_app_segments_by_type: ['page'], // without it, rows past the first 500 cannot be reached
  ...Object.fromEntries(beyondTheFirstPage.map((name) => [name, ['offset']])), // likewise: the answer there leads on, and the input was missing
};

/**
 * Tools that the Python server does not have, each with the reason. `tools*.json` and `endpoints.json` hold the facts of the Python
 * server and do not contain them: their inputs and requests are pinned by `snapshots/` only.
 */
export const ownTools: Readonly<Record<string, string>> = {};
