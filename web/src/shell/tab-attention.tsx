import { useQuery } from '@tanstack/react-query';
import type { showAttention } from '#src/operations/overview/attention.ts';
import { get } from '../api/request.ts';
import { plural } from '../ui/format.ts';
import { useTabAttention } from '../ui/title.ts';

/** Shows open alerts, failing environments and running runs in the title and the icon of the tab. */
export function TabAttention() {
  const { data } = useQuery({
    queryKey: ['attention'],
    queryFn: ({ signal }) => get<typeof showAttention>('/api/attention', { signal }),
  });
  const { alerts = 0, failing = 0, running = 0 } = data ?? {};
  const parts = [
    alerts > 0 && plural(alerts, 'alert'),
    failing > 0 && `${failing} failing`,
    running > 0 && `${running} running`,
  ];
  useTabAttention(
    parts.filter(Boolean).join(', '),
    alerts + failing > 0 ? 'failing' : running > 0 ? 'running' : undefined,
  );
  return null;
}
