import type { IncomingHttpHeaders } from 'node:http';
import { type Receiver, startReceiver } from './receiver.ts';

export interface JsonRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** `undefined` without a body. */
  // biome-ignore lint/suspicious/noExplicitAny: the stand-ins check what was sent themselves
  body: any;
}

export interface JsonAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** Instead of a body, as it is. */
  text?: string;
}

/** A stand-in whose next answers can be chosen. */
export interface JsonServer extends Receiver {
  /** Answers the next requests so, whatever they are. */
  answerNext(answer: JsonAnswer): void;
  /**
   * Lets so many requests pass, and gives the next one this answer. Without an answer it is accepted, and its connection is closed: the
   * sender cannot know that it arrived.
   */
  answerAfter(requests: number, answer: JsonAnswer | undefined): void;
}

/** A stand-in that answers JSON requests. A `Refusal` that `answer` throws is an answer. */
export async function startJsonServer(
  answer: (request: JsonRequest) => JsonAnswer,
  options: { port?: number | undefined } = {},
): Promise<JsonServer> {
  /** Of the next requests; `pass` for the usual answer, `drop` for none. */
  const planned: (JsonAnswer | 'pass' | 'drop')[] = [];
  const answerOf = (request: JsonRequest): JsonAnswer => {
    try {
      return answer(request);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  };
  const receiver = await startReceiver(
    ({ method, url, headers, body }) => {
      const plan = planned.shift() ?? 'pass';
      const sent = {
        ...{ method, path: url.pathname, query: url.searchParams, headers },
        body: body === '' ? undefined : JSON.parse(body),
      };
      const chosen = typeof plan === 'object' ? plan : answerOf(sent);
      if (plan === 'drop') receiver.outage = 'none';
      dropNext();
      const { status, headers: more, body: json = {}, text = JSON.stringify(json) } = chosen;
      return { status, headers: { 'content-type': 'application/json', ...more }, body: text };
    },
    options.port === undefined ? {} : { port: options.port },
  );
  const dropNext = () => {
    if (planned[0] === 'drop') receiver.outage = 'lost-answer';
  };
  return Object.assign(receiver, {
    answerNext: (chosen: JsonAnswer) => void planned.push(chosen),
    answerAfter(requests: number, chosen: JsonAnswer | undefined) {
      planned.push(...new Array<'pass'>(requests).fill('pass'), chosen ?? 'drop');
      dropNext();
    },
  });
}

/** Ends the work on a request with an answer. */
export class Refusal extends Error {
  readonly answer: JsonAnswer;

  constructor(answer: JsonAnswer) {
    super('refused');
    this.answer = answer;
  }
}
