import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './page.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

// After an upgrade of the server the parts of the page that were not loaded yet have other names.
window.addEventListener('vite:preloadError', () => {
  const reloaded = Number(sessionStorage.getItem('reloaded-at') ?? 0);
  if (Date.now() - reloaded < 30_000) return;
  sessionStorage.setItem('reloaded-at', String(Date.now()));
  window.location.reload();
});

createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
