import { type BalancerTable, parseMembers, type TableMember } from './balancer-table.ts'

/** What each balancer's part of the page begins with. */
const PART_START = Buffer.from('<h3>LoadBalancer Status for ')
const PART_NAME = /^<a href="[^"]*">balancer:\/\/([^<]*)</
const NAME_CHARACTERS_MAX = 500
const PAGE_END = '</html>'

/**
 * Reads what the balancer manager shows, piece by piece as it comes. httpd shows all balancers of a virtual
 * host or none; so the parts of those that are not wanted are passed over unread, and once the others were
 * read the rest of the page is of no interest.
 */
export class PageReader {
  readonly #wanted: ReadonlySet<string> | undefined
  readonly #table = new Map<string, readonly TableMember[]>()
  /** Of the part under way, but for what is in {@link #rest}. Undefined: it is passed over. */
  #part: string[] | undefined
  #name: string | undefined
  /** In it a part may begin that goes on in the next piece. */
  #rest: Buffer = Buffer.alloc(0)
  #hasEnd = false

  /** @param wanted names of balancers; undefined: all */
  constructor(wanted?: Iterable<string>) {
    this.#wanted = wanted === undefined ? undefined : new Set(wanted)
  }

  /**
   * @returns true: all that is wanted was read
   * @throws SyntaxError for what is no such page
   */
  take(piece: Buffer): boolean {
    const bytes = Buffer.concat([this.#rest, piece])
    let from = 0
    for (let at = bytes.indexOf(PART_START); at >= 0; at = bytes.indexOf(PART_START, from)) {
      this.#add(bytes.subarray(from, at))
      this.#endPart()
      this.#part = []
      from = at + PART_START.length
    }
    const end = Math.max(from, bytes.length - PART_START.length + 1)
    this.#add(bytes.subarray(from, end))
    this.#rest = bytes.subarray(end)
    this.#hasEnd = this.#rest.includes(PAGE_END)
    return this.#wanted !== undefined && this.#table.size === this.#wanted.size
  }

  /**
   * What was read, once {@link take} said so or the page has ended.
   * @throws SyntaxError where the page was cut off
   */
  end(): BalancerTable {
    if (this.#table.size === this.#wanted?.size) return this.#table
    if (!this.#hasEnd) throw new SyntaxError('httpd’s page is cut off')
    this.#add(this.#rest)
    this.#endPart()
    return this.#table
  }

  #add(bytes: Buffer): void {
    if (this.#part === undefined || bytes.length === 0) return
    // What httpd's pages are in.
    this.#part.push(bytes.toString('latin1'))
    if (this.#name !== undefined) return
    const start = this.#part.join('')
    this.#name = PART_NAME.exec(start)?.[1]
    if (this.#name === undefined) {
      if (start.length > NAME_CHARACTERS_MAX) throw new SyntaxError('a balancer has no name')
    } else if (this.#wanted?.has(this.#name) === false) this.#part = undefined
  }

  #endPart(): void {
    if (this.#part !== undefined && this.#name !== undefined) {
      this.#table.set(this.#name, parseMembers(this.#part.join('')))
    }
    this.#part = undefined
    this.#name = undefined
  }
}
