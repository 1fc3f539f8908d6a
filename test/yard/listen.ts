/** Opening and closing of listening sockets, as promises. */
import type { AddressInfo, Server } from 'node:net';

/** The port that it listens on. Rejects when the address or the port is not to be had. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // A TCP server that listens has an AddressInfo.
  return (server.address() as AddressInfo).port;
}

/** Resolves when the port is free. The caller ends the connections. */
export async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
