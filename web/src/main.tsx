import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './page.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { preload } from './views.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

// While the server is asked who reads.
preload(window.location.pathname);

createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
