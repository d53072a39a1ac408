import { ActionButton } from './action-button.tsx';

/** Switches off what has a name, or on again. */
export function SwitchButton(props: {
  name: string;
  isOff: boolean;
  toggle: { isPending: boolean; mutate(): void };
}) {
  const { name, isOff, toggle } = props;
  const verb = isOff ? 'Switch on' : 'Switch off';
  return (
    <ActionButton
      requiredRole="operator"
      variant="subtle"
      size="compact-xs"
      aria-label={`${verb}: ${name}`}
      loading={toggle.isPending}
      onClick={() => toggle.mutate()}
    >
      {verb}
    </ActionButton>
  );
}
