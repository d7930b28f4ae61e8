/** Many lines say the same. */
const LINES_MAX = 10

/** Of a log's line: time, level, process, client. */
const LOG_PREFIX = /^(?:\[[^\]]*\] )+/
const NO_COMPLAINT = /^(?:Syntax OK$|\[[^\]]*\] \[[a-z_]*:(?:info|notice|warn|debug|trace[0-9])\])/

/**
 * What httpd says is wrong, in its log or in its checker's output, each line once, without time and
 * process, and the generation's folder left out of file names.
 */
export function complaints(text: string, folder?: string): readonly string[] {
  const found = new Set<string>()
  for (const line of text.split('\n')) {
    if (line === '' || NO_COMPLAINT.test(line) || found.size >= LINES_MAX) continue
    const words = line.replace(LOG_PREFIX, '')
    found.add(folder === undefined ? words : words.replaceAll(`${folder}/`, ''))
  }
  return [...found]
}
