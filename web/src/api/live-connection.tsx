import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { reloadResources } from '../resources.ts';
import { createFreshness } from './freshness.ts';
import { type Connection, type Live, openLive } from './live.ts';
import { sessionQuery } from './session.ts';

const LiveContext = createContext<Live | undefined>(undefined);
const noConnection: Connection = { state: 'connecting' };

/** Keeps the queries of everything below it up to date while the user is signed in. */
export function LiveConnection({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [live, setLive] = useState<Live>();
  useEffect(() => {
    const freshness = createFreshness(client);
    const connection = openLive(freshness, () => void client.invalidateQueries(sessionQuery));
    setLive(connection);
    connection.watch(() => {
      if (connection.connection().state === 'live') reloadResources();
    });
    return () => {
      connection.close();
      freshness.stop();
    };
  }, [client]);
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

/** The state of the live connection: whether the page is up to date. */
export function useConnection(): Connection {
  const live = useContext(LiveContext);
  return useSyncExternalStore(
    (changed) => live?.watch(changed) ?? (() => {}),
    () => live?.connection() ?? noConnection,
  );
}
