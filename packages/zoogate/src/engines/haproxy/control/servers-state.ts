/** One server as `show servers state` prints it (management guide, section 9.3). */
export interface ServerRow {
  readonly backend: string
  readonly name: string
  readonly id: number
  readonly address: string
  readonly port: number
  /** `maint` beats `drain`. */
  readonly admin: 'ready' | 'drain' | 'maint'
  readonly weight: number
  /** It has a check, and that is switched on. */
  readonly checked: boolean
  /** By its check, or by the errors of requests. `unknown`: it has no check, or is not checked now. */
  readonly health: 'passing' | 'failing' | 'unknown'
}

/** Flags of `srv_admin_state`: forced, inherited, by DNS or by name resolution. */
const ADMIN_MAINT = 0x01 | 0x02 | 0x20 | 0x40
/** Forced or inherited. */
const ADMIN_DRAIN = 0x08 | 0x10
/** Of `srv_check_state`: the server has a check, and it is switched on. */
const CHECK_CONFIGURED = 0x02
const CHECK_ENABLED = 0x04
/** Of `srv_check_result`: no result yet. */
const RESULT_UNKNOWN = 0
/** Of `srv_op_state`. */
const STOPPED = 0

const COLUMNS = {
  backend: 'be_name',
  id: 'srv_id',
  name: 'srv_name',
  address: 'srv_addr',
  operation: 'srv_op_state',
  admin: 'srv_admin_state',
  weight: 'srv_uweight',
  result: 'srv_check_result',
  check: 'srv_check_state',
  port: 'srv_port',
} as const

/**
 * The last table of `show servers state` within what commands printed. Columns are found by their
 * names: newer versions of HAProxy have more of them.
 * @throws Error when there is no such table
 */
export function parseServersState(output: string): readonly ServerRow[] {
  const start = output.lastIndexOf('# be_id ')
  if (start < 0) throw new Error(`HAProxy did not tell its servers: ${output.trim().slice(0, 300)}`)
  const [heading = '', ...lines] = output.slice(start + 2).split('\n')
  const names = heading.trim().split(' ')
  const index = (column: string) => {
    const found = names.indexOf(column)
    if (found < 0) throw new Error(`HAProxy's servers state has no column ${column}`)
    return found
  }
  const columns = Object.fromEntries(
    Object.entries(COLUMNS).map(([key, column]) => [key, index(column)]),
  ) as Record<keyof typeof COLUMNS, number>
  const end = lines.findIndex((line) => line.trim() === '')
  return lines.slice(0, end < 0 ? lines.length : end).map((line) => parseRow(line, columns))
}

function parseRow(line: string, columns: Record<keyof typeof COLUMNS, number>): ServerRow {
  const fields = line.trim().split(' ')
  const text = (column: keyof typeof COLUMNS) => fields[columns[column]] ?? ''
  const number = (column: keyof typeof COLUMNS) => Number(text(column))
  const flags = number('admin')
  const check = number('check')
  const checked = (check & CHECK_CONFIGURED) !== 0 && (check & CHECK_ENABLED) !== 0
  const admin = flags & ADMIN_MAINT ? 'maint' : flags & ADMIN_DRAIN ? 'drain' : 'ready'
  return {
    backend: text('backend'),
    name: text('name'),
    id: number('id'),
    address: text('address'),
    port: number('port'),
    admin,
    weight: number('weight'),
    checked,
    health:
      checked && admin !== 'maint' ? health(number('result'), number('operation')) : 'unknown',
  }
}

function health(result: number, operation: number): ServerRow['health'] {
  if (operation === STOPPED) return 'failing'
  return result === RESULT_UNKNOWN ? 'unknown' : 'passing'
}
