import { Select } from '@mantine/core';
import type { Role } from '../api/session.ts';

/** What each may do, in few words. Each may do what those before it may. */
const roles: { value: Role; label: string }[] = [
  { value: 'viewer', label: 'viewer: looks' },
  { value: 'operator', label: 'operator: runs, cancels, pauses' },
  { value: 'admin', label: 'admin: everything' },
];

interface Props {
  value: Role;
  onChange: (role: Role) => void;
  /** The highest that can be given. */
  most?: Role;
  label: string;
  hideLabel?: boolean;
  disabled?: boolean;
}

export function RoleSelect({ value, onChange, most = 'admin', label, hideLabel = false, disabled }: Props) {
  const upTo = roles.slice(0, roles.findIndex((role) => role.value === most) + 1);
  return (
    <Select
      data={upTo}
      value={value}
      allowDeselect={false}
      w={240}
      disabled={disabled}
      {...(hideLabel ? { 'aria-label': label } : { label })}
      onChange={(chosen) => chosen !== null && onChange(chosen as Role)}
    />
  );
}
