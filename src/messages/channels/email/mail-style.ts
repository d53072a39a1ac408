/** The colours of mails; text has a contrast of at least 4.5:1 on its background (WCAG 2.2 AA) in both schemes. */
interface Colours {
  page: string;
  card: string;
  border: string;
  text: string;
  faint: string;
  link: string;
  /** The text of a badge, on one of the colours below. */
  badge: string;
  good: string;
  bad: string;
  warning: string;
  neutral: string;
}

export const light: Colours = {
  page: '#f1f3f5',
  card: '#ffffff',
  border: '#dee2e6',
  text: '#212529',
  faint: '#5c636a',
  link: '#1864ab',
  badge: '#ffffff',
  good: '#2b7a36',
  bad: '#c92a2a',
  warning: '#a84300',
  neutral: '#495057',
};

export const dark: Colours = {
  page: '#141517',
  card: '#1f2023',
  border: '#3a3d42',
  text: '#e9ecef',
  faint: '#a6adb4',
  link: '#74c0fc',
  badge: '#141517',
  good: '#69db7c',
  bad: '#ff8787',
  warning: '#ffa94d',
  neutral: '#ced4da',
};

const font = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const text = `${font};font-size:15px;line-height:22px;color:${light.text};overflow-wrap:anywhere;word-break:break-word`;
const small = `${font};font-size:13px;line-height:20px;color:${light.faint}`;

/** The inline style of each part of a mail, and the class by which the style sheet finds it. */
const styles = {
  status: ['', `margin:0 0 10px;${font};font-size:13px;line-height:20px`],
  headline: [
    'headline',
    `margin:0 0 16px;${font};font-size:19px;line-height:26px;font-weight:600;color:${light.text};overflow-wrap:anywhere;word-break:break-word`,
  ],
  line: ['line', `margin:0 0 6px;${text}`],
  bullet: ['line', `padding:0 8px 4px 0;vertical-align:top;${text}`],
  item: ['line', `padding:0 0 4px;vertical-align:top;${text}`],
  label: [
    'label',
    `padding:5px 12px 5px 0;vertical-align:top;border-bottom:1px solid ${light.border};white-space:nowrap;${small}`,
  ],
  cell: [
    'cell',
    `padding:5px 0;vertical-align:top;border-bottom:1px solid ${light.border};width:100%;${text}`,
  ],
  caption: ['caption', `margin:12px 0 6px;overflow-wrap:anywhere;${small}`],
  buttons: ['', `margin:18px 0 0;${font};font-size:14px;line-height:20px`],
  footer: ['footer', `margin:12px 0 0;${small}`],
} as const;
export type Style = keyof typeof styles;

/** The attributes of an element. */
export function styleOf(name: Style): string {
  const [className, style] = styles[name];
  return `${className === '' ? '' : `class="${className}" `}style="${style}"`;
}
