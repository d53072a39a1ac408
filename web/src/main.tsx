import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './page.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/query-client.ts';
import { sessionQuery } from './api/session.ts';
import { App } from './app.tsx';
import { prefetchOverview } from './overview/query.ts';
import { reloadResources, watchResources } from './resources.ts';
import { preload } from './views.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

watchResources();
// A style sheet of index.html may have failed.
reloadResources();

// In parallel: the session, the data of the first view, and its code.
const client = createQueryClient();
const { pathname, search } = window.location;
void client.prefetchQuery(sessionQuery);
if (pathname === '/') prefetchOverview(client, search);
preload(pathname);

createRoot(root).render(
  <StrictMode>
    <App client={client} />
  </StrictMode>,
);
