import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { type ExecEngine, serveExec } from '../../../engine/remote-exec.ts';
import type { Task } from '../../../threads/task.ts';
import type { ThreadOptions, Threads } from '../../../threads/threads.ts';
import type { ContainerOf } from '../registration/registration-answers.ts';

/** Calls `work` with a container, and disposes of it afterwards. */
export async function withContainer(
  container: ContainerOf,
  work: (containerId: string) => Promise<void>,
): Promise<void> {
  const from = await container();
  try {
    await work(from.id);
  } finally {
    await from.dispose();
  }
}

/** Runs a task in a thread that starts processes in a container through `port`. Errors: as of `Threads.run`. */
export async function runOnTree<Request, Answer>(
  { engine, readers }: { engine: ExecEngine; readers: Threads },
  task: Task<Request & { port: MessagePort }, Answer>,
  request: Request,
  options: Omit<ThreadOptions, 'transfer'>,
): Promise<Answer> {
  const { port1, port2 } = new MessageChannel();
  serveExec(engine, port1);
  try {
    return await readers.run(task, { ...request, port: port2 }, { ...options, transfer: [port2] });
  } finally {
    port1.close();
  }
}
