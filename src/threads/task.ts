import { deserialize, serialize } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import { Fault, type FaultCode, toFault } from '../faults/fault.ts';
import { maxAnswerBytes, maxFaultMessageLength } from '../model/limits.ts';
import { shorten } from '../model/visible-text.ts';

/** A function that runs in a worker thread, see `Threads.run`. Its file exports it under its name. */
export interface Task<Request, Answer> {
  (call: Call<Request>): Promise<Reply<Answer>>;
  /** The address of its file. */
  readonly file: string;
  /** Its name among the exports of the file. */
  readonly exportName: string;
}

/** A request, and the number under which the thread reports its start. */
export interface Call<Request> {
  id: number;
  request: Request;
}

/** What a thread sends when it begins with a call; the call may have waited for a thread. */
export interface Started {
  startedCall: number;
}

/** What a worker thread sends back. A fault would lose its code on the way, so it is sent as a value. */
type Reply<Answer> = { bytes: Uint8Array; type?: Answer } | { fault: { code: FaultCode; message: string } };

/**
 * Makes a task of a function. `fileUrl` is `import.meta.url` of the file that exports it as `exportName`. The answer may have at
 * most `maxAnswerBytes`, because the event loop of the server reads it in one piece; a larger one becomes TREE_TOO_LARGE.
 */
export function defineTask<Request, Answer>(
  fileUrl: string,
  exportName: string,
  work: (request: Request) => Promise<Answer>,
): Task<Request, Answer> {
  const run = async ({ id, request }: Call<Request>): Promise<Reply<Answer>> => {
    parentPort?.postMessage({ startedCall: id } satisfies Started);
    try {
      const bytes = serialize(await work(request));
      if (bytes.length <= maxAnswerBytes) return { bytes };
      const message = `The tests are too many to be handled: a list of them has ${bytes.length} bytes, and the limit is ${maxAnswerBytes}.`;
      throw new Fault('TREE_TOO_LARGE', message);
    } catch (error) {
      const { code, message } = toFault(error);
      return { fault: { code, message: shorten(message, maxFaultMessageLength) } };
    }
  };
  return Object.assign(run, { file: fileUrl, exportName });
}

/** The answer of a task. Throws its fault. */
export function readReply<Answer>(reply: Reply<Answer>): Answer {
  if ('fault' in reply) throw new Fault(reply.fault.code, reply.fault.message);
  return deserialize(reply.bytes);
}
