import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { densities, useDensity } from './density.ts';

const schemes = [
  { value: 'auto', name: 'System', Icon: IconDeviceDesktop },
  { value: 'light', name: 'Light', Icon: IconSun },
  { value: 'dark', name: 'Dark', Icon: IconMoon },
] as const;

const densityNames = { comfortable: 'Comfortable', compact: 'Compact' };

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
        {schemes.map(({ value, name, Icon }) => (
          <Menu.RadioItem
            key={value}
            value={value}
            checked={value === colorScheme}
            closeMenuOnClick
            rightSection={<Icon size={16} aria-hidden />}
            onChange={() => setColorScheme(value)}
          >
            {name}
          </Menu.RadioItem>
        ))}
        <Menu.Label>Density</Menu.Label>
        {densities.map((each) => (
          <Menu.RadioItem
            key={each}
            value={each}
            checked={each === density}
            closeMenuOnClick
            onChange={() => setDensity(each)}
          >
            {densityNames[each]}
          </Menu.RadioItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
