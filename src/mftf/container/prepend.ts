/** Runs other scripts: PHP itself takes one. */
export const prependScript = '/opt/matre/prepend.php';

/** The options of PHP with which scripts run before another one. */
export function prependOptions(paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  return phpOptions({ auto_prepend_file: prependScript, 'matre.prepend': paths.join(':') });
}

/** Settings of PHP as its options. */
export const phpOptions = (settings: Record<string, string>): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-d', `${name}=${value}`]);
