import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { z } from 'zod';
import { createTurns } from '../../async/turns.ts';
import type { Context } from './context.ts';
import { defineOperation, type Operation, type RequestContext } from './operation.ts';

/** Pieces are sent together until they have so many characters; a client that does not read holds about as much in memory. */
const chunkLength = 64 * 1024;

type Streamed<Shape extends z.ZodRawShape, Output extends z.ZodType> = Omit<
  Operation<z.ZodObject<Shape>, Output>,
  'input' | 'run' | 'stream'
> & {
  input: z.ZodObject<Shape>;
  /**
   * The JSON text of the output in pieces, none longer than what a test has to say. Errors that a caller should see as such are thrown
   * before the first one.
   */
  pieces(
    context: Context,
    input: z.output<z.ZodObject<Shape>>,
    request: RequestContext,
  ): Promise<AsyncIterable<string>>;
};

/**
 * Defines an operation whose answer may be too long to hold it in memory. The server sends it while it is made; the command line, in its
 * own process, collects it.
 */
export function defineStreamedOperation<Shape extends z.ZodRawShape, Output extends z.ZodType>({
  pieces,
  ...operation
}: Streamed<Shape, Output>): Operation<z.ZodObject<Shape>, Output> {
  type Stream = NonNullable<Operation<z.ZodObject<Shape>, Output>['stream']>;
  const stream: Stream = async (...request) =>
    Readable.from(inChunks(await pieces(...request)), { objectMode: false, highWaterMark: chunkLength });
  return defineOperation({
    ...operation,
    stream,
    run: async (...request) => JSON.parse(await text(await stream(...request))) as z.output<Output>,
  });
}

/** Pieces as longer ones. The event loop turns before each, and whenever making one takes long. */
async function* inChunks(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  const turns = createTurns();
  let chunk = '';
  for await (const piece of pieces) {
    chunk += piece;
    await turns();
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = '';
    await nextTurn();
  }
  if (chunk !== '') yield chunk;
}

/** An object with one field, a text, as pieces of JSON. */
export async function* jsonOfText(name: string, pieces: AsyncIterable<string>): AsyncGenerator<string> {
  yield `{${JSON.stringify(name)}:"`;
  for await (const piece of pieces) yield JSON.stringify(piece).slice(1, -1);
  yield '"}';
}

/** An object with one field, a list, as pieces of JSON. */
export async function* jsonOfList(name: string, items: AsyncIterable<object>): AsyncGenerator<string> {
  yield `{${JSON.stringify(name)}:[`;
  let separator = '';
  for await (const item of items) {
    yield separator + JSON.stringify(item);
    separator = ',';
  }
  yield ']}';
}
