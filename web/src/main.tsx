import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './page.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/query-client.ts';
import { sessionQuery } from './api/session.ts';
import { App } from './app.tsx';
import { addressOf, pathWithin } from './base-path.ts';
import { prefetchOverview } from './overview/query.ts';
import { reloadResources, watchResources } from './resources.ts';
import { preload } from './views.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

watchResources();
// A style sheet of index.html may have failed.
reloadResources();

const { pathname, search, hash } = window.location;
const path = pathWithin(pathname);
if (path === undefined) {
  // Opened past the proxy, where the server answers without the base path, too.
  window.location.replace(addressOf(pathname) + search + hash);
} else {
  // In parallel: the session, the data of the first view, and its code.
  const client = createQueryClient();
  void client.prefetchQuery(sessionQuery);
  if (path === '/') prefetchOverview(client, search);
  preload(path);
  createRoot(root).render(
    <StrictMode>
      <App client={client} />
    </StrictMode>,
  );
}
