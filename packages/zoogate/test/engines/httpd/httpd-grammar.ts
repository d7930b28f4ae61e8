/**
 * A reader of httpd's grammar, written after `ap_cfg_getline`, `ap_resolve_env`, `ap_getword_conf` and
 * mod_rewrite's `parseargline` of httpd 2.4, and not after our printer.
 */
export interface Read {
  readonly name: string
  readonly words: readonly string[]
  readonly inner?: readonly Read[]
}

/** @param variables what the command line defines */
export function parseHttpd(text: string, variables: Record<string, string> = {}): readonly Read[] {
  const defined = new Map(
    Object.entries(variables).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const lines = joinedLines(text)
  let next = 0
  const root = readUntil(undefined)
  if (next < lines.length) throw new SyntaxError(`unexpected ${lines[next]}`)
  return root

  function readUntil(open: string | undefined): readonly Read[] {
    const found: Read[] = []
    while (next < lines.length) {
      const line = expand((lines[next] ?? '').trim())
      if (line.startsWith('</')) {
        if (open === undefined || line.toLowerCase() !== `</${open.toLowerCase()}>`) {
          throw new SyntaxError(`unexpected ${line}`)
        }
        return found
      }
      next++
      if (line === '' || line.startsWith('#')) continue
      if (!line.startsWith('<')) {
        const [name, rest] = firstWord(line)
        const words = /^Rewrite(Cond|Rule)$/i.test(name) ? rewriteWords(rest) : confWords(rest)
        if (name === 'Define') defined.set((words[0] ?? '').toLowerCase(), words[1] ?? '')
        found.push({ name, words })
        continue
      }
      if (!line.endsWith('>')) throw new SyntaxError(`${line} is not closed`)
      const [name, rest] = firstWord(line.slice(1, -1))
      const inner = readUntil(name)
      if (next++ >= lines.length) throw new SyntaxError(`<${name}> was not closed`)
      found.push({ name, words: confWords(rest), inner })
    }
    if (open !== undefined) throw new SyntaxError(`<${open}> was not closed`)
    return found
  }

  /** Once, from left to right: what a variable holds is not looked at again. */
  function expand(line: string): string {
    return line.replace(/\$\{([^}]*)\}/g, (whole, name: string) => {
      const value = defined.get(name.toLowerCase())
      // With a colon it is a map of mod_rewrite; else httpd would look for a variable of its environment.
      if (value === undefined && !name.includes(':')) throw new SyntaxError(`a variable: ${whole}`)
      return value ?? whole
    })
  }
}

/** A backslash before the end of a line joins the next one to it. */
function joinedLines(text: string): readonly string[] {
  return text.replaceAll('\\\n', '').split('\n').slice(0, -1)
}

function firstWord(line: string): [string, string] {
  const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(line) ?? []
  return [name, rest]
}

/** `ap_getword_conf`, again and again. */
function confWords(line: string): readonly string[] {
  const words: string[] = []
  let at = 0
  for (;;) {
    while (line[at] === ' ' || line[at] === '\t') at++
    const quote = line[at]
    if (quote === undefined) return words
    if (quote !== '"' && quote !== "'") {
      const start = at
      while (at < line.length && line[at] !== ' ' && line[at] !== '\t') at++
      words.push(line.slice(start, at).replaceAll('\\\\', '\\'))
      continue
    }
    const start = ++at
    while (at < line.length && line[at] !== quote) {
      at += line[at] === '\\' && (line[at + 1] === quote || line[at + 1] === '\\') ? 2 : 1
    }
    const inside = line.slice(start, at)
    words.push(inside.replace(new RegExp(`\\\\(\\\\|${quote})`, 'g'), '$1'))
    at++
  }
}

/** `parseargline`: three words at most, without escapes. */
function rewriteWords(line: string): readonly string[] {
  const words: string[] = []
  let at = 0
  while (words.length < 3) {
    while (/\s/.test(line[at] ?? '')) at++
    if (at >= line.length) break
    const quote = line[at] === '"' || line[at] === "'" ? line[at++] : undefined
    const start = at
    while (at < line.length) {
      const character = line[at] ?? ''
      if (quote === undefined ? /\s/.test(character) : character === quote) break
      at += character === '\\' && /\s/.test(line[at + 1] ?? '') ? 2 : 1
    }
    words.push(line.slice(start, at))
    at++
  }
  if (line.slice(at).trim() !== '') throw new SyntaxError(`more than three words: ${line}`)
  return words
}
