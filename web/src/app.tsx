import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { nonce } from './nonce.ts';
import { Announcements } from './parts/announce.tsx';
import { Fallback } from './parts/fallback.tsx';
import { Shortcuts } from './parts/shortcuts.tsx';
import { Door } from './shell/door.tsx';
import { cssVariables, theme } from './theme.ts';

export function App({ client }: { client: QueryClient }) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={client}>
        <Notifications position="bottom-right" limit={4} />
        <Announcements>
          <Fallback>
            <Shortcuts>
              <Door />
            </Shortcuts>
          </Fallback>
        </Announcements>
      </QueryClientProvider>
    </MantineProvider>
  );
}
