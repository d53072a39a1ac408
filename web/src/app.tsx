import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Router } from 'wouter';
import { basePath } from './base-path.ts';
import { nonce } from './nonce.ts';
import { SignInGate } from './shell/sign-in-gate.tsx';
import { cssVariables, theme } from './theme.ts';
import { Announcements } from './ui/announce.tsx';
import { ErrorBoundary } from './ui/error-boundary.tsx';
import { LongTextTip } from './ui/long-text/long-text-tip.tsx';
import { Shortcuts } from './ui/shortcuts.tsx';

export function App({ client }: { client: QueryClient }) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={client}>
        <LongTextTip />
        <Notifications position="bottom-right" limit={4} />
        <Announcements>
          <ErrorBoundary>
            <Router base={basePath}>
              <Shortcuts>
                <SignInGate />
              </Shortcuts>
            </Router>
          </ErrorBoundary>
        </Announcements>
      </QueryClientProvider>
    </MantineProvider>
  );
}
