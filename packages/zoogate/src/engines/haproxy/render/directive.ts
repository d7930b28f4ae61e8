import { quoteWord } from './quoting.ts'

/** A line of a section: a keyword and its words, unquoted. */
export type Directive = readonly string[]

/** `backend shop`, or `global`, and the lines below it. */
export interface Section {
  readonly heading: Directive
  readonly directives: readonly Directive[]
}

/** HAProxy refuses a line of more words (`MAX_LINE_ARGS`). */
export const WORDS_PER_LINE_MAX = 64

const NOTICE = '# Written by zoogate. Changes made here are lost.\n'

/** The text of a configuration file: every word quoted where it has to be. */
export function printSections(sections: readonly Section[]): string {
  return NOTICE + sections.map((section) => `\n${printSection(section)}`).join('')
}

function printSection({ heading, directives }: Section): string {
  return [heading, ...directives.map((words) => words)]
    .map((words, index) => (index === 0 ? '' : '    ') + words.map(quoteWord).join(' '))
    .map((line) => `${line}\n`)
    .join('')
}
