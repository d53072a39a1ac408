// Ends like a command, with exit code 7, after much output and with a server, a timer and a child still open.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { endProcess } from '../../src/cli/end-process.ts';

createServer().listen(0, '127.0.0.1');
setInterval(() => {}, 1_000);
const child = spawn('sleep', ['600'], { stdio: 'ignore' });
process.on('exit', () => child.kill('SIGKILL'));
process.stdout.write('x'.repeat(1_000_000));
endProcess(7);
