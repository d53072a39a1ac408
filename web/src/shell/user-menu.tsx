import { Button, Menu } from '@mantine/core';
import {
  IconApi,
  IconKey,
  IconKeyboard,
  IconListDetails,
  IconLogout,
  IconUser,
  IconUsers,
} from '@tabler/icons-react';
import { Link } from 'wouter';
import { useSessionChange } from '../account/use-session-change.ts';
import { refusal, type Session } from '../api/session.ts';
import { addressOf } from '../base-path.ts';
import { useHelp } from '../ui/shortcuts.tsx';
import classes from './header.module.css';

/** The signed-in user, and the links to tokens, the description of the API, users and the audit trail. */
export function UserMenu({ user }: { user: NonNullable<Session['user']> }) {
  const signOut = useSessionChange(() => ({ method: 'DELETE', path: '/api/session' }));
  const openHelp = useHelp();
  const isAdmin = refusal(user.role, 'admin') === undefined;
  const hasSignedIn = user.via === 'password' || user.via === 'oidc';
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="subtle"
          leftSection={<IconUser size={16} aria-hidden />}
          aria-label={`Account of ${user.name}`}
        >
          <span className={classes.user} title={user.name}>
            {user.name}
          </span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{hasSignedIn ? `${user.name}, ${user.role}` : 'Sign-in is off'}</Menu.Label>
        <Menu.Item component={Link} href="/account" leftSection={<IconKey size={16} aria-hidden />}>
          {user.via === 'password' ? 'Password, second factor, tokens' : 'Tokens'}
        </Menu.Item>
        <Menu.Item
          component="a"
          href={addressOf('/api/docs')}
          leftSection={<IconApi size={16} aria-hidden />}
        >
          API
        </Menu.Item>
        {isAdmin && (
          <>
            <Menu.Item component={Link} href="/users" leftSection={<IconUsers size={16} aria-hidden />}>
              Users
            </Menu.Item>
            <Menu.Item component={Link} href="/audit" leftSection={<IconListDetails size={16} aria-hidden />}>
              Audit trail
            </Menu.Item>
          </>
        )}
        <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={openHelp}>
          Keyboard shortcuts and terms
        </Menu.Item>
        {hasSignedIn && (
          <>
            <Menu.Divider />
            <Menu.Item
              leftSection={<IconLogout size={16} aria-hidden />}
              onClick={() => signOut.mutate(undefined)}
            >
              Sign out
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
