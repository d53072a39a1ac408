// A shop for the checks before a first test: it answers. Arguments: port, and address if not all of them.
import { createServer } from 'node:http';

const [port, address] = process.argv.slice(2);
createServer((_, response) => response.end('a shop')).listen(Number(port), address);
