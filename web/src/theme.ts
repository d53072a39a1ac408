import {
  Anchor,
  Button,
  Checkbox,
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  Loader,
  type MantineColorsTuple,
  Menu,
  Modal,
  PasswordInput,
  Select,
  Table,
  TextInput,
  Tooltip,
} from '@mantine/core';

/** The grey of buttons and controls. Colours are reserved for statuses, so that each keeps one meaning. */
const ink: MantineColorsTuple = [
  '#f4f5f7',
  '#e6e8eb',
  '#d0d4d9',
  '#aab1ba',
  '#7d8590',
  '#59636e',
  '#454d57',
  '#343b44',
  '#24292f',
  '#16191d',
];

const dark: MantineColorsTuple = [
  '#d8dde3',
  '#b4bcc6',
  '#9aa3ae',
  '#5b6572',
  '#353c46',
  '#2a3038',
  '#1d2127',
  '#14171b',
  '#0f1215',
  '#0a0c0e',
];

export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 8, dark: 1 },
  autoContrast: true,
  colors: { ink, dark },
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: 'var(--headline)', lineHeight: '1.3' },
      h2: { fontSize: '1rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  respectReducedMotion: true,
  // Ink is dark on a light page and light on a dark page; text on it is the reverse.
  variantColorResolver: (input) => {
    const colours = defaultVariantColorsResolver(input);
    const isInk = input.variant === 'filled' && (input.color === undefined || input.color === 'ink');
    return isInk ? { ...colours, color: 'var(--mantine-color-body)' } : colours;
  },
  components: {
    Anchor: Anchor.extend({ defaultProps: { underline: 'always', inherit: true } }),
    Button: Button.extend({ defaultProps: { size: 'xs' }, styles: { label: { fontWeight: 500 } } }),
    Checkbox: Checkbox.extend({
      vars: () => ({ root: { '--checkbox-icon-color': 'var(--mantine-color-body)' } }),
    }),
    Loader: Loader.extend({ defaultProps: { size: 'sm', color: 'var(--running)' } }),
    Menu: Menu.extend({ defaultProps: { shadow: 'md' } }),
    Modal: Modal.extend({
      defaultProps: {
        centered: true,
        closeButtonProps: { 'aria-label': 'Close' },
        // Its title bar is a `header`, which screen readers would list as a second banner of the page.
        attributes: { header: { role: 'presentation' } },
      },
      styles: { title: { fontWeight: 600, lineHeight: 1.35, overflowWrap: 'anywhere' } },
    }),
    PasswordInput: PasswordInput.extend({ defaultProps: { size: 'sm' } }),
    Select: Select.extend({ defaultProps: { size: 'xs' } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 'var(--cell-y)', horizontalSpacing: 'xs' } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'sm' } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, multiline: true, maw: 360 } }),
  },
});

/** Mantine's grey text fails the contrast of WCAG AA on white (3.3 : 1); these colours have at least 4.5 : 1. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-text': '#1f2328',
    '--mantine-color-dimmed': '#59636e',
    '--mantine-color-placeholder': '#6a737d',
    '--mantine-color-error': 'var(--failed)',
    '--mantine-color-anchor': '#1f2328',
    '--mantine-color-default-border': '#d1d9e0',
  },
  dark: {
    // Mantine writes white on ink, which is light on a dark page: the selected option of a list could not be read.
    '--mantine-primary-color-contrast': 'var(--mantine-color-body)',
    '--mantine-color-dimmed': '#9aa3ae',
    '--mantine-color-placeholder': '#9aa3ae',
    '--mantine-color-error': 'var(--failed)',
    '--mantine-color-anchor': '#d8dde3',
  },
});
