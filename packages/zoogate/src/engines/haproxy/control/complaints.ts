const COMPLAINTS_MAX = 5
const CHARACTERS_MAX = 1_000

/** Lines that only say that there were others. */
const SUMMARY = /Error\(s\) found in configuration file|Fatal errors found in configuration/

/**
 * What HAProxy's output says is wrong, in short: its ALERT lines without their prefix, and without
 * the folder, which says nothing to a reader. Empty: it complains of nothing.
 */
export function complaints(output: string, folder = ''): string {
  const alerts = output
    .split('\n')
    .filter((line) => /^\[(ALERT|EMERG)\]/.test(line) && !SUMMARY.test(line))
    .map((line) => line.replace(/^\[\w+\]\s+\(\d+\) : (config : )?/, '').trim())
  const shown = alerts.slice(0, COMPLAINTS_MAX)
  if (alerts.length > shown.length) shown.push(`and ${alerts.length - shown.length} more`)
  const text = shown.join('; ')
  const prefixes = folder === '' ? [] : [`${folder}//`, `${folder}/`]
  return prefixes.reduce((all, prefix) => all.replaceAll(prefix, ''), text).slice(0, CHARACTERS_MAX)
}
