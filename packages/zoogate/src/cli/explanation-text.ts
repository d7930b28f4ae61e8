import type { Carriers } from '../engines/carried-by.ts'
import type { FieldExplanation } from '../model/schema/explain.ts'
import { formatTable } from './table.ts'
import type { Terminal } from './terminal.ts'

/** A field, or a kind, as `zoogate explain` tells it. */
export interface Told extends FieldExplanation {
  /** Empty: engines have nothing to do with it. */
  readonly carriers: readonly Carriers[]
}

const COLUMNS = 96

/** Pure. */
export function explanationText(told: Told, style: Terminal['style']): string {
  const { field, meaning, value, required, fields, carriers } = told
  const facts = [
    ['value', value],
    ...(required || told.default === undefined ? [] : [['default', told.default]]),
    ...(required && field.includes('.') ? [['required', 'yes']] : []),
    ...carriers
      .filter(({ part }) => part === undefined)
      .map((each) => ['engines', carriersText(each)]),
  ]
  return [
    style('bold', field),
    ...wrapped(meaning, '  '),
    '',
    ...facts.map(([name = '', words = '']) => {
      return `  ${style('dim', name.padEnd(10))}${hanging(words, ' '.repeat(12))}`
    }),
    ...(fields.length === 0 ? [] : ['', ...fields.flatMap((one) => fieldLines(one, style))]),
    ...partLines(carriers, style),
    ...reasonLines(carriers, style),
  ].join('\n')
}

function carriersText({ engines, others, packages }: Carriers): string {
  if (others.length === 0 && packages === undefined) return 'all'
  if (engines.length === 0) return 'none'
  const named = engines.map((name) => {
    const needed = packages?.[name]
    return needed === undefined ? name : `${name} with ${needed}`
  })
  return `${named.join(', ')}${others.length === 0 ? '' : ` (not ${others.join(', ')})`}`
}

/** What not every engine has, by name. */
function partLines(carriers: readonly Carriers[], style: Terminal['style']): readonly string[] {
  const rows = carriers.flatMap((each) =>
    each.part === undefined ? [] : [[`  ${each.part}`, carriersText(each)]],
  )
  if (rows.length === 0) return []
  return ['', formatTable([`  ${style('dim', 'of it')}`, style('dim', 'engines')], rows)]
}

/** Why an engine does not, and what to do instead. */
function reasonLines(carriers: readonly Carriers[], style: Terminal['style']): readonly string[] {
  const lines = carriers.flatMap(({ part, reasons = {} }) =>
    Object.entries(reasons).map(([engine, reason]) => {
      const what = part === undefined ? engine : `${engine}, ${part}`
      return `  ${hanging(`${what}: ${reason}`, ' '.repeat(6))}`
    }),
  )
  return lines.length === 0 ? [] : ['', `  ${style('dim', 'why not')}`, ...lines]
}

function fieldLines(field: FieldExplanation['fields'][number], style: Terminal['style']) {
  const name = field.field.slice(field.field.lastIndexOf('.') + 1)
  const notes = field.required
    ? '; required'
    : field.default === undefined
      ? ''
      : `; default ${field.default}`
  return [
    `  ${style('cyan', name)}: ${hanging(`${field.value}${notes}`, ' '.repeat(6))}`,
    ...wrapped(field.meaning, ' '.repeat(6)),
  ]
}

function hanging(text: string, indent: string): string {
  return wrapped(text, indent).join('\n').trimStart()
}

/** Lines of at most so many columns, where words are no longer. */
function wrapped(text: string, indent: string): readonly string[] {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(' ').filter((part) => part !== '')) {
    if (line !== indent && line.length + word.length > COLUMNS) {
      lines.push(line.trimEnd())
      line = indent
    }
    line += `${word} `
  }
  return line === indent ? lines : [...lines, line.trimEnd()]
}
