import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import {
  IconBaselineDensityMedium,
  IconBaselineDensitySmall,
  IconCheck,
  IconDeviceDesktop,
  IconMoon,
  IconSun,
} from '@tabler/icons-react';
import { useDensity } from './density.ts';

const schemes = [
  { value: 'auto', name: 'System', Icon: IconDeviceDesktop },
  { value: 'light', name: 'Light', Icon: IconSun },
  { value: 'dark', name: 'Dark', Icon: IconMoon },
] as const;

const densities = [
  { value: 'comfortable', name: 'Comfortable', Icon: IconBaselineDensityMedium },
  { value: 'compact', name: 'Compact', Icon: IconBaselineDensitySmall },
] as const;

/** The colour scheme (light, dark, or that of the system) and the density of the page; stored in this browser. */
export function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [density, setDensity] = useDensity();
  const { Icon } = schemes.find(({ value }) => value === colorScheme) ?? schemes[0];
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" aria-label="Appearance">
          <Icon size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Colour scheme</Menu.Label>
        {schemes.map((scheme) => (
          <Choice
            key={scheme.value}
            {...scheme}
            isSelected={scheme.value === colorScheme}
            onSelect={() => setColorScheme(scheme.value)}
          />
        ))}
        <Menu.Label>Density</Menu.Label>
        {densities.map((each) => (
          <Choice
            key={each.value}
            {...each}
            isSelected={each.value === density}
            onSelect={() => setDensity(each.value)}
          />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

interface ChoiceProps {
  name: string;
  Icon: typeof IconSun;
  isSelected: boolean;
  onSelect: () => void;
}

function Choice({ name, Icon, isSelected, onSelect }: ChoiceProps) {
  return (
    <Menu.Item
      role="menuitemradio"
      aria-checked={isSelected}
      leftSection={<Icon size={16} aria-hidden />}
      rightSection={isSelected && <IconCheck size={14} aria-hidden />}
      onClick={onSelect}
    >
      {name}
    </Menu.Item>
  );
}
