import { isIP } from 'node:net'
import type { ListenPlace } from '../../engine.ts'

/** Of one range of ports. */
const PORTS_MAX = 1_000

/**
 * Where the lines `bind` of a text listen. HAProxy shows nobody its configuration as it has read it, so this goes by
 * the text: names, variables, and what stands between `.if` and `.endif` are left out. Pure.
 */
export function bindPlaces(text: string): readonly ListenPlace[] {
  let depth = 0
  return text.split('\n').flatMap((line) => {
    const [keyword = '', places = ''] = wordsOfLine(line)
    if (keyword === '.if') depth += 1
    if (keyword === '.endif') depth -= 1
    return keyword === 'bind' && depth <= 0 ? placesOf(places) : []
  })
}

/** As far as people write them: quotes, backslashes and comments (configuration manual, 2.2). */
export function wordsOfLine(line: string): readonly string[] {
  const words = line.match(/(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s#"'\\])+|#.*/g) ?? []
  const comment = words.findIndex((word) => word.startsWith('#'))
  return (comment < 0 ? words : words.slice(0, comment)).map((word) => word.replace(/["']/g, ''))
}

/** `:80,[::1]:443,10.0.0.1:8000-8009`. */
export function placesOf(places: string): readonly ListenPlace[] {
  return places.split(',').flatMap((place) => {
    const [, written = '', from = '', to = from] =
      /^(?:(?:tcp[46]?|ipv[46])@)?(.*):([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(place) ?? []
    const bare = written.replace(/^\[(.*)\]$/, '$1')
    const address = ['', '*', '::', '0.0.0.0'].includes(bare) ? '*' : bare
    if (from === '' || (address !== '*' && isIP(address) === 0)) return []
    const count = Math.min(Math.max(Number(to) - Number(from) + 1, 0), PORTS_MAX)
    return Array.from({ length: count }, (_, index) => ({ address, port: Number(from) + index }))
  })
}
