import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { problemType, toProblem } from './problem.ts';

/** Node looks for late requests at this interval, by default every 30 s. */
const checkIntervalMs = 1_000;

/**
 * Options of Fastify with which a request, headers and body, has arrived completely `requestMs` after its first byte (or after the
 * connection was opened); otherwise it is answered with 408, and the connection is closed. Responses may take longer. Node alone would
 * allow 60 s for the headers, and look every 30 s: up to 90 s.
 */
export function limitArrival(requestMs: number) {
  return {
    requestTimeout: requestMs,
    http: {
      requestTimeout: requestMs,
      headersTimeout: requestMs,
      connectionsCheckingInterval: Math.min(checkIntervalMs, requestMs),
    },
    clientErrorHandler: refuseConnection,
  };
}

const refusals: Record<string, { statusCode: number; message: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { statusCode: 408, message: 'The request did not arrive in time.' },
  HPE_HEADER_OVERFLOW: { statusCode: 431, message: 'The headers of the request are too large.' },
};

/** Answers what cannot be read as a request, as far as the connection allows, and closes the connection. */
function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const refusal = refusals[error.code ?? ''] ?? {
    statusCode: 400,
    message: 'The request is not valid HTTP.',
  };
  if (socket.writable) {
    const { status, ...problem } = toProblem(Object.assign(new Error(), refusal), '');
    const body = JSON.stringify({ ...problem, status });
    const headers = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Connection: close',
      `Content-Type: ${problemType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    socket.write(`${headers.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroy(error);
}
