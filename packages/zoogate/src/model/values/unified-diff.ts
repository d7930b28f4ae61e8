const CONTEXT_LINES = 3
/** Beyond so many cells the table of the longest common subsequence is not worth its memory. */
const TABLE_CELLS_MAX = 4_000_000

interface Line {
  readonly mark: ' ' | '-' | '+'
  readonly text: string
}

/**
 * The difference of two texts as `diff -u` writes it, three lines of context. Empty where they are
 * equal. Pure.
 */
export function unifiedDiff(
  before: string,
  after: string,
  names: { readonly before: string; readonly after: string },
): string {
  const script = editScript(linesOf(before), linesOf(after))
  if (script.every((line) => line.mark === ' ')) return ''
  const hunks = hunkRanges(script).map((range) => formatHunk(script, range))
  return [`--- ${names.before}`, `+++ ${names.after}`, ...hunks].join('\n')
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

function editScript(before: readonly string[], after: readonly string[]): readonly Line[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  const shorter = Math.min(before.length, after.length) - start
  while (end < shorter && before.at(-1 - end) === after.at(-1 - end)) end++
  const same = (text: string): Line => ({ mark: ' ', text })
  return [
    ...before.slice(0, start).map(same),
    ...middleScript(
      before.slice(start, before.length - end),
      after.slice(start, after.length - end),
    ),
    ...before.slice(before.length - end).map(same),
  ]
}

function middleScript(before: readonly string[], after: readonly string[]): readonly Line[] {
  if (before.length * after.length > TABLE_CELLS_MAX) {
    return [...before.map(removed), ...after.map(added)]
  }
  const common = commonLengths(before, after)
  const width = after.length + 1
  const lines: Line[] = []
  let i = 0
  let j = 0
  while (i < before.length || j < after.length) {
    const left = before[i]
    const right = after[j]
    if (left !== undefined && left === right) {
      lines.push({ mark: ' ', text: left })
      i++
      j++
    } else if (
      left !== undefined &&
      (right === undefined ||
        (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    ) {
      lines.push(removed(left))
      i++
    } else if (right !== undefined) {
      lines.push(added(right))
      j++
    }
  }
  return lines
}

/** For each pair of places: how many lines the rest of both texts have in common, in order. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array {
  const width = after.length + 1
  const table = new Uint32Array((before.length + 1) * width)
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      table[i * width + j] =
        before[i] === after[j]
          ? (table[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0)
    }
  }
  return table
}

const removed = (text: string): Line => ({ mark: '-', text })
const added = (text: string): Line => ({ mark: '+', text })

interface Range {
  readonly from: number
  readonly to: number
}

/** Changes and their context; those that touch are one hunk. */
function hunkRanges(script: readonly Line[]): readonly Range[] {
  const ranges: Range[] = []
  for (const [index, line] of script.entries()) {
    if (line.mark === ' ') continue
    const from = Math.max(0, index - CONTEXT_LINES)
    const to = Math.min(script.length, index + CONTEXT_LINES + 1)
    const last = ranges.at(-1)
    if (last !== undefined && from <= last.to) ranges[ranges.length - 1] = { from: last.from, to }
    else ranges.push({ from, to })
  }
  return ranges
}

function formatHunk(script: readonly Line[], { from, to }: Range): string {
  const lines = script.slice(from, to)
  const place = (mark: '-' | '+') => {
    const before = script.slice(0, from).filter((line) => isOn(line, mark)).length
    const count = lines.filter((line) => isOn(line, mark)).length
    return `${mark}${count === 0 ? before : before + 1},${count}`
  }
  const body = lines.map((line) => `${line.mark}${line.text}`)
  return [`@@ ${place('-')} ${place('+')} @@`, ...body].join('\n')
}

function isOn(line: Line, mark: '-' | '+'): boolean {
  return line.mark === ' ' || line.mark === mark
}
