import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconEye } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { liveQuery } from './queries.ts';

const newTab = { target: '_blank', rel: 'noreferrer' };

/** Links to the live views of the browsers of a run, if live views are configured and a browser is open. */
export function WatchLive({ id }: { id: number }) {
  const { data } = useQuery(liveQuery(id));
  const [first, ...others] = data?.views ?? [];
  if (!first) return null;
  const buttonProps = { variant: 'default', leftSection: <IconEye size={14} aria-hidden /> };
  if (others.length === 0) {
    return (
      <Button {...buttonProps} component="a" href={first.url} {...newTab}>
        Watch live
      </Button>
    );
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button {...buttonProps} rightSection={<IconChevronDown size={14} aria-hidden />}>
          Watch live
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {[first, ...others].map(({ url, session }, index) => (
          <Menu.Item key={url} component="a" href={url} {...newTab}>
            Browser {index + 1} <code>{session?.slice(0, 8)}</code>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
