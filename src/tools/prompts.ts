/**
 * Ready-made requests that a person picks in a client. They say which tools to use for what; a test compares every name in
 * them with the catalogue. A prompt is offered when the tools that it needs are.
 */
import { quoteBriefly, sayFew } from '../common/few.ts';
import { quote } from '../common/json.ts';
import { ZscalerMcpError } from '../common/errors.ts';

/** One value that a person is asked for. */
export interface PromptArgument {
  readonly name: string;
  readonly about: string;
  readonly isNeeded: boolean;
  /** What a good value looks like, for messages. */
  readonly wants: string;
  readonly pattern: RegExp;
}

/** One ready-made request, a prompt of the protocol. */
export interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly arguments: readonly PromptArgument[];
  /** Names of the tools it depends on; without them it is not offered. */
  readonly needs: readonly string[];
  /** The text of the request. @param given values by name of the argument. @throws ZscalerMcpError ERR_TOOL_INPUT */
  write(given: Readonly<Record<string, string>>): string;
}

type Values = Readonly<Record<string, string>>;

const DAYS = { wants: 'a whole number of days from 1 to 365', pattern: /^(?:[1-9]\d?|[12]\d\d|3[0-5]\d|36[0-5])$/ };
const ANY = { wants: 'a text of at most 200 characters on one line', pattern: /^[^\p{Cc}]{1,200}$/u };

const needed = (name: string, about: string, form: Pick<PromptArgument, 'wants' | 'pattern'>): PromptArgument => ({
  name,
  about,
  isNeeded: true,
  ...form,
});
const free = (name: string, about: string, form: Pick<PromptArgument, 'wants' | 'pattern'>): PromptArgument => ({
  name,
  about,
  isNeeded: false,
  ...form,
});

/** Every prompt there is; each is offered only when the tools that it needs are. */
export const prompts: readonly Prompt[] = [
  prompt({
    name: 'zdx_troubleshoot_user_experience',
    title: 'Why is it slow for this user?',
    about: 'Finds out why a user or device has a poor digital experience: device, network, or application.',
    arguments: [
      needed('user_or_device', 'E-mail address of the user, or the name of the device.', ANY),
      free('application', 'Name of the application that is slow; without it, all that the user works with.', ANY),
      free('since_hours', 'How many hours to look back; 2 without it.', {
        wants: 'a whole number of hours from 1 to 336',
        pattern: /^(?:[1-9]\d?|[12]\d\d|3[0-2]\d|33[0-6])$/,
      }),
    ],
    needs: [
      'zdx_list_devices',
      'zdx_get_device',
      'zdx_list_applications',
      'zdx_get_application_user',
      'zdx_get_web_probes',
      'zdx_list_cloudpath_probes',
    ],
    text: ({ user_or_device: who = '', application, since_hours: hours = '2' }) => `
Find out why the digital experience of ${quote(who)} is poor${application === undefined ? '' : ` with the application ${quote(application)}`}. Look at the last ${hours} hours: give since=${hours} wherever a tool takes it.

1. Find the device with zdx_list_devices, by emails if this is an e-mail address, else by its name among the rows. If several fit, say so and continue with the one that was seen last.
2. Read it with zdx_get_device: model, system, memory, network.
3. ${application === undefined ? 'List what is used with zdx_list_applications, and continue with those whose score is poor.' : 'Find the application with zdx_list_applications.'}
4. Compare: zdx_get_application_user gives the score of this user; zdx_get_application and zdx_get_application_score_trend that of everybody. Is one user affected, or all?
5. If it is one user, see where it is lost: zdx_get_web_probes for page fetch and DNS time, zdx_list_cloudpath_probes for latency and loss along the path. zdx_get_application_metric knows the metrics pft, dns and availability.
6. If it is many, look for a common place: zdx_list_alerts, and zdx_list_locations or zdx_list_departments.

Answer with: who and what is affected, since when, at which link (device, local network, internet, Zscaler, application), the figures that show it, and what to do next. Say plainly what the data does not show.`,
  }),
  prompt({
    name: 'zcell_investigate_sim',
    title: 'What is the matter with this SIM?',
    about: 'Looks into one SIM: its state, its device, its use and its network events.',
    arguments: [
      needed('iccid', 'ICCID of the SIM, 18 to 22 digits.', { wants: '18 to 22 digits', pattern: /^\d{18,22}$/ }),
      free('since_days', 'How many days to look back; 7 without it.', DAYS),
    ],
    needs: ['zcell_get_sim_details', 'zcell_list_sim_usage_by_day', 'zcell_list_network_events'],
    text: ({ iccid, since_days: days = '7' }) => `
Look into the SIM with the ICCID ${iccid}, over the last ${days} days.

1. zcell_get_sim_details with icc_id=${iccid}: status, network status, device, place, tags.
2. zcell_list_sim_usage_by_day with icc_id=${iccid} and days=${days}: is the use steady, or does it jump or stop?
3. zcell_list_network_events with days=${days}: keep what belongs to this SIM. Look for attach failures, changes of network and of the device in which it sits.
4. zcell_list_anomaly_policies names the policies; where one may apply, zcell_list_iccid_violations with its policy_id, iccid=${iccid} and days=${days} tells whether the SIM broke it.

Answer with a timeline, what is unusual in it, the most likely cause, and what to check or change. Change nothing yourself.`,
  }),
  prompt({
    name: 'zcell_audit_data_usage',
    title: 'Where does the cellular data go?',
    about: 'Sums up the use of cellular data by country, SIM and day, and names what stands out.',
    arguments: [
      free('since_days', 'How many days to look back; 30 without it.', DAYS),
      free('country', 'Only this country, by name or code.', ANY),
    ],
    needs: ['zcell_list_sim_usage_by_country', 'zcell_list_sim_usage_by_sim', 'zcell_list_sim_usage_by_day'],
    text: ({ since_days: days = '30', country }) => `
Audit the use of cellular data over the last ${days} days${country === undefined ? '' : `, in ${quote(country)} above all`}.

1. zcell_list_sim_usage_by_country with days=${days}: which countries use most, and is there one where nobody should be?
2. zcell_list_sim_usage_by_sim with days=${days}: which SIMs use most? Compare the first with the middle.
3. zcell_list_sim_usage_by_day with days=${days}: is there growth, or single days that stand out?
4. For at most five SIMs that stand out, zcell_get_sim_details with icc_id: device, place and tags${country === undefined ? '' : `; say which of them are in ${quote(country)}`}.

Answer with a table of countries, a table of SIMs, what stands out and why, and what to do. Give units with every figure.`,
  }),
  prompt({
    name: 'zcell_review_anomaly_policies',
    title: 'Are the anomaly policies any good?',
    about: 'Reviews the anomaly policies for SIMs: what they caught, what they never catch, and what they lack.',
    arguments: [
      free('since_days', 'How many days to look back; 30 without it.', DAYS),
      free('policy_type', 'Only policies of this type, as zcell_list_anomaly_policies shows it.', ANY),
    ],
    needs: ['zcell_list_anomaly_policies', 'zcell_list_anomaly_policy_violations'],
    text: ({ since_days: days = '30', policy_type: type }) => `
Review the anomaly policies for SIMs over the last ${days} days.

1. zcell_list_anomaly_policies with days=${days}${type === undefined ? '' : ` and policy_type=${quote(type)}`}: all of them, with what they watch and whether they are on.
2. For each that is on, zcell_list_anomaly_policy_violations with its policy_id and days=${days}: how often, and by how many SIMs?
3. For those that fire most, zcell_list_anomaly_policy_logs with the policy_id: was anything done about it?

Answer with a table of the policies (on or off, violations, SIMs), then: which are too noisy, which never fire, which risk none of them covers. Propose changes, and make none.`,
  }),
];

interface Draft extends Omit<Prompt, 'write'> {
  readonly text: (values: Values) => string;
}

const fewUnknown = (names: readonly string[]): string[] =>
  names.length === 0 ? [] : [sayFew(names, (name) => `${quoteBriefly(name)} is unknown`, '; ')];

function prompt({ text, ...rest }: Draft): Prompt {
  return {
    ...rest,
    write(given) {
      const faults = [
        ...rest.arguments.flatMap((argument) => faultOf(argument, given[argument.name])),
        ...fewUnknown(Object.keys(given).filter((name) => !rest.arguments.some((argument) => argument.name === name))),
      ];
      if (faults.length > 0) {
        const names = rest.arguments.map(({ name }) => name).join(', ');
        throw new ZscalerMcpError('ERR_TOOL_INPUT', `${rest.name} cannot be written like this: ${faults.join('; ')}`, {
          hint: `Its arguments are ${names}.`,
        });
      }
      // An empty text is how forms say that nothing was given.
      return text(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))).trim();
    },
  };
}

function faultOf({ name, isNeeded, wants, pattern }: PromptArgument, given: string | undefined): string[] {
  if (given === undefined || given === '') return isNeeded ? [`${name} is missing (wanted ${wants})`] : [];
  return pattern.test(given) ? [] : [`${name} must be ${wants}`];
}

/** What a person typed stays apart from what the prompt says. */
