/**
 * The process of a `PackagedDevice`: `node test/yard/runPackagedDevice.ts <folder with its files> <host> <port, or 0>`.
 * Loads the server of the npm package as it is, takes its HTTP port from every interface to the one address, and
 * closes its answer to discovery, which wants port 3702 for itself. Prints a line with the port when it is ready, then what
 * the server says of each question it receives. Ends with its standard input.
 */
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';

/** What the package's serverMockup.coffee exports. */
interface Mockup {
  server: Server;
  discover: Socket;
  conf: { hostname: string; port: number };
}

const [folder = '.', host = '127.0.0.1', port = '0'] = process.argv.slice(2);
process.stdin.on('end', () => process.exit()).resume();

// Its own settings: any free port until it is moved, and a line for each question.
process.env['PORT'] = '0';
process.env['VERBOSE'] = 'true';
const require = createRequire(path.join(folder, 'index.js'));
require('coffeescript/register');
// As read in 0.6.2, which package.json names exactly.
const { server, discover, conf } = require('./serverMockup.coffee') as Mockup;
discover.close();
const closed = once(server, 'close');
server.close();
await closed;

server.listen(Number(port), host);
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('the server has no port');
conf.hostname = host;
conf.port = address.port;
console.log(`port ${address.port}`);
