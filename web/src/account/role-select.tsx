import { Select } from '@mantine/core';
import type { Role } from '../api/session.ts';

/** The roles, from low to high. Each includes the permissions of those before it. */
const roles: { value: Role; label: string }[] = [
  { value: 'viewer', label: 'viewer: read only' },
  { value: 'operator', label: 'operator: start, cancel, pause' },
  { value: 'admin', label: 'admin: everything' },
];

interface Props {
  value: Role;
  onChange: (role: Role) => void;
  /** The highest role on offer. */
  maxRole?: Role;
  label: string;
  hideLabel?: boolean;
  disabled?: boolean;
}

export function RoleSelect({
  value,
  onChange,
  maxRole = 'admin',
  label,
  hideLabel = false,
  disabled,
}: Props) {
  const availableRoles = roles.slice(0, roles.findIndex((role) => role.value === maxRole) + 1);
  return (
    <Select
      data={availableRoles}
      value={value}
      allowDeselect={false}
      w={240}
      disabled={disabled}
      {...(hideLabel ? { 'aria-label': label } : { label })}
      onChange={(selected) => selected !== null && onChange(selected as Role)}
    />
  );
}
