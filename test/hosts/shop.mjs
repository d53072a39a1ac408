// A shop as far as a run looks at it before its first test: it answers. It listens on all addresses of its host.
import { createServer } from 'node:http';

createServer((_, response) => response.end('a shop')).listen(80);
