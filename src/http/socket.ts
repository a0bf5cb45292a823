/** Opening a listening socket, and what can go wrong when it is opened. */
import { Server as NetServer, type AddressInfo } from 'node:net';
import { ZscalerMcpError } from '../common/errors.ts';
import { inWords, remedyFor } from '../common/system-error.ts';

/** Where to listen: an address to bind, or the descriptor of a socket that is listening already. */
export type Place = { readonly host: string; readonly port: number } | { readonly descriptor: number };

/** Connections that the kernel keeps until they are accepted. */
export const LONGEST_QUEUE = 1_024;

/**
 * Opens a listening socket for the next generation without accepting on it: clients that connect wait in the kernel.
 * @param duplicate makes the descriptor that survives the exec; the original is closed
 * @returns that descriptor, and the address that was bound
 * @throws ZscalerMcpError ERR_LISTEN
 */
export async function openSocket(
  place: { host: string; port: number },
  duplicate: (descriptor: number) => number,
): Promise<{ descriptor: number; host: string; port: number }> {
  const server = new NetServer({ pauseOnConnect: true }, (socket) => socket.destroy());
  await listenOn(server, place);
  const address = addressOf(server);
  const descriptor = duplicate(descriptorOf(server) ?? -1);
  server.close();
  return { descriptor, ...address };
}

/** Resolves when `server` is listening. @throws ZscalerMcpError ERR_LISTEN */
export async function listenOn(server: NetServer, place: Place): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => reject(listenError(place, error));
    server.once('error', fail);
    const done = () => {
      server.off('error', fail);
      resolve();
    };
    const where = 'descriptor' in place ? { fd: place.descriptor } : { host: place.host, port: place.port };
    // As an argument: `listen` ignores the option `backlog` of an object that names a descriptor.
    server.listen(where, LONGEST_QUEUE, done);
  });
}

/** The address that a listening server is bound to. */
export function addressOf(server: NetServer): { host: string; port: number } {
  const { address, port } = server.address() as AddressInfo;
  return { host: address, port };
}

/** The file descriptor of a server or socket; null when it has none. Node.js has no public API for it. */
export function descriptorOf(owner: object): number | null {
  // oxlint-disable-next-line no-underscore-dangle -- that is its name
  const { fd } = (owner as { _handle?: { fd?: number } | null })._handle ?? {};
  return typeof fd === 'number' && fd >= 0 ? fd : null;
}

function listenError(place: Place, error: Error): ZscalerMcpError {
  if ('descriptor' in place)
    return new ZscalerMcpError('ERR_LISTEN', `the inherited socket cannot be listened on: ${inWords(error)}`, { cause: error });
  const [message, hint] = explain(place, error);
  return new ZscalerMcpError('ERR_LISTEN', message, { hint, cause: error });
}

/** The message and the hint for an address that cannot be bound. */
function explain({ host, port }: { host: string; port: number }, error: NodeJS.ErrnoException): [message: string, hint: string] {
  const where = `${host}:${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return [
        `${where} is in use by another process`,
        'Choose another port with --port or ZSCALER_MCP_PORT, or stop that process: `zscaler-mcp status` names servers of yours.',
      ];
    case 'EACCES':
      return [`${where} may not be bound by this user`, 'Choose a port from 1024 with --port or ZSCALER_MCP_PORT.'];
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return [`${host} is not an address of this machine`, 'Choose another address with --host or ZSCALER_MCP_HOST.'];
    default:
      return [`${where} cannot be listened on: ${inWords(error)}`, remedyFor(error) || 'Choose another address with --host and --port.'];
  }
}
