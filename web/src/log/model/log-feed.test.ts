import { expect, it } from 'vitest';
import { waitFor } from '../../../../test/support/wait-for.ts';
import { Problem } from '../../api/problem.ts';
import { createLogFeed, type Following, type LogSource } from './log-feed.ts';

/** A fake server with a log of one-byte characters. */
function serverOf(text: string, { finished = false } = {}) {
  const server = {
    text,
    finished,
    away: false,
    asked: 0,
    followers: [] as { from: number; told: Following }[],
  };
  const source: LogSource = {
    read: async (from) => {
      server.asked += 1;
      if (server.away) throw new Problem(503, {});
      const piece = server.text.slice(from, from + 4);
      return { text: piece, next: from + piece.length, finished: server.finished };
    },
    follow: (from, told) => {
      const follower = { from, told };
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
  const { server, source } = serverOf('one\ntwo\nthree\n', { finished: true });
  const feed = createLogFeed(source);
  await waitFor(() => feed.state === 'complete');
  expect(linesOf(feed)).toEqual(['one', 'two', 'three']);
  expect(server.followers).toEqual([]);
});

it('follows a log from the last offset until it ends', async () => {
  const { server, source } = serverOf('one\n');
  const feed = createLogFeed(source);
  await waitFor(() => server.followers.length === 1);
  expect(feed.state).toBe('live');
  const [{ from, told } = { from: 0, told: {} as Following }] = server.followers;
  expect(from).toBe(4);
  told.text('two\n', 8);
  expect(linesOf(feed)).toEqual(['one', 'two']);
  told.end();
  expect(feed.state).toBe('complete');
  expect(server.followers).toEqual([]);
});

it('continues after an error without gaps or duplicates', async () => {
  const { server, source } = serverOf('one\n');
  const feed = createLogFeed(source, { againMs: 1 });
  await waitFor(() => server.followers.length === 1);
  server.away = true;
  server.followers[0]?.told.broke();
  await waitFor(() => feed.problem?.status === 503);
  server.away = false;
  server.text = 'one\ntwo\n';
  await waitFor(() => feed.problem === undefined && server.followers.length === 1);
  expect(linesOf(feed)).toEqual(['one', 'two']);
});

it('reads nothing while it is paused, and everything afterwards', async () => {
  const { server, source } = serverOf('one\n');
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
