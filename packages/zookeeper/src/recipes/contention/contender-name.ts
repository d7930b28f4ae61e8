/**
 * A contender's znode, as its name tells. Names are those of Curator, `_c_<GUID>-lock-0000000042`: a GUID by which its owner
 * finds it again when the answer to its create was lost, a word for what it wants, and the number by which the server puts it
 * behind all that came before. Names of kazoo, `<GUID>__lock__0000000042`, stand in the same queue.
 */
export interface ContenderName {
  readonly name: string
  /** The server's number. Compare with `compareSequences`: it is an int32 that goes on from 2147483647 to -2147483648. */
  readonly sequence: number
}

/**
 * What `%010d` makes of an int32. Ten digits are a number without a sign, whatever stands before them: the "-" before the digits
 * of "lock-0000000042" is the word's. A negative number keeps its "-" behind that of the word: "lock--2147483648".
 */
const SEQUENCE = /(?<=[-_])-\d{9,10}$|\d{10}$/

/** The path's last part before the server has put its number to it. */
export function protectedName(guid: string, prefix: string): string {
  return `${protection(guid)}${prefix}`
}

/** What the name of a znode made with this GUID begins with. */
export function protection(guid: string): string {
  return `_c_${guid}-`
}

/** The number at the end of a name; undefined where there is none. */
export function sequenceOf(name: string): number | undefined {
  const text = sequenceText(name)
  return text === '' ? undefined : Number(text)
}

/** The number as it stands in the name; "" where there is none. */
export function sequenceText(name: string): string {
  return SEQUENCE.exec(name)?.[0] ?? ''
}

/**
 * Negative when `a` was given out before `b`. The server's counter is an int32 that overflows: of two numbers the older one is
 * that from which the other is reached sooner, so -2147483648 comes after 2147483647.
 */
export function compareSequences(a: number, b: number): number {
  return (a - b) | 0
}

/** The contenders among the children, first come first. What has no number is none. */
export function sortContenders(children: Iterable<string>): ContenderName[] {
  const contenders: ContenderName[] = []
  for (const name of children) {
    const sequence = sequenceOf(name)
    if (sequence !== undefined) contenders.push({ name, sequence })
  }
  return contenders.sort(
    (a, b) => compareSequences(a.sequence, b.sequence) || (a.name < b.name ? -1 : 1),
  )
}
