import { expect, it } from 'vitest';
import { waitFor } from '../../../../test/support/wait-for.ts';
import { Problem } from '../../api/problem.ts';
import { createLogFeed, type LogListener, type LogSource } from './log-feed.ts';

/** A fake server with a log of one-byte characters. */
function createServer(text: string, { finished = false } = {}) {
  const server = {
    text,
    finished,
    isDown: false,
    readCount: 0,
    followers: [] as { from: number; listener: LogListener }[],
  };
  const source: LogSource = {
    read: async (from) => {
      server.readCount += 1;
      if (server.isDown) throw new Problem(503, {});
      const piece = server.text.slice(from, from + 4);
      return { text: piece, next: from + piece.length, finished: server.finished };
    },
    follow: (from, listener) => {
      const follower = { from, listener };
      server.followers.push(follower);
      return () => {
        server.followers = server.followers.filter((each) => each !== follower);
      };
    },
  };
  return { server, source };
}

const linesOf = ({ log }: ReturnType<typeof createLogFeed>) =>
  Array.from({ length: log.last }, (_, index) => log.line(index + 1));

it('reads a finished log to its end and then stops', async () => {
  const { server, source } = createServer('one\ntwo\nthree\n', { finished: true });
  const feed = createLogFeed(source);
  await waitFor(() => feed.state === 'complete');
  expect(linesOf(feed)).toEqual(['one', 'two', 'three']);
  expect(server.followers).toEqual([]);
});

it('follows a log from the last offset until it ends', async () => {
  const { server, source } = createServer('one\n');
  const feed = createLogFeed(source);
  await waitFor(() => server.followers.length === 1);
  expect(feed.state).toBe('live');
  const [{ from, listener } = { from: 0, listener: {} as LogListener }] = server.followers;
  expect(from).toBe(4);
  listener.text('two\n', 8);
  expect(linesOf(feed)).toEqual(['one', 'two']);
  listener.end();
  expect(feed.state).toBe('complete');
  expect(server.followers).toEqual([]);
});

it('continues after an error without gaps or duplicates', async () => {
  const { server, source } = createServer('one\n');
  const feed = createLogFeed(source, { retryMs: 1 });
  await waitFor(() => server.followers.length === 1);
  server.isDown = true;
  server.followers[0]?.listener.disconnected();
  await waitFor(() => feed.problem?.status === 503);
  server.isDown = false;
  server.text = 'one\ntwo\n';
  await waitFor(() => feed.problem === undefined && server.followers.length === 1);
  expect(linesOf(feed)).toEqual(['one', 'two']);
});

it('reads nothing while it is paused, and everything afterwards', async () => {
  const { server, source } = createServer('one\n');
  const feed = createLogFeed(source);
  await waitFor(() => server.followers.length === 1);
  feed.pause();
  expect(server.followers).toEqual([]);
  server.text = 'one\ntwo\nthree\n';
  feed.resume();
  await waitFor(() => server.followers.length === 1);
  expect(linesOf(feed)).toEqual(['one', 'two', 'three']);
  feed.pause();
});
