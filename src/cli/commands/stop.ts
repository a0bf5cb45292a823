/** `zscaler-mcp stop`. */
import { stopServer, type Operation, type Whereabouts } from '../../lifecycle/index.ts';
import { secondsOf, type OptionValues } from '../parse.ts';

export const stop = (values: OptionValues, where: Whereabouts): Promise<Operation> =>
  stopServer({ where, timeoutMs: secondsOf(values, 'timeout', 30) * 1_000, force: values['force'] === true });
