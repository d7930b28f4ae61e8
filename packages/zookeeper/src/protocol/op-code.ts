/** What a request asks for (`ZooDefs.OpCode`), in the header's `type`. docs/operations.md tells since which version. */
export const OpCode = {
  notification: 0,
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getACL: 6,
  setACL: 7,
  getChildren: 8,
  sync: 9,
  ping: 11,
  getChildren2: 12,
  check: 13,
  multi: 14,
  create2: 15,
  reconfig: 16,
  checkWatches: 17,
  removeWatches: 18,
  createContainer: 19,
  /** Sent by the server to itself, when a container is empty. A client must not send it. */
  deleteContainer: 20,
  createTTL: 21,
  multiRead: 22,
  auth: 100,
  setWatches: 101,
  sasl: 102,
  getEphemerals: 103,
  getAllChildrenNumber: 104,
  setWatches2: 105,
  addWatch: 106,
  whoAmI: 107,
  /** Only in a server's transaction log. */
  createSession: -10,
  closeSession: -11,
  /** The type of a failed result inside a multi's reply. */
  error: -1,
} as const

/** The closed union of operation codes. */
export type OpCode = (typeof OpCode)[keyof typeof OpCode]

const names = new Map<number, string>(Object.entries(OpCode).map(([name, code]) => [code, name]))

/** The name of an operation code, for messages; `operation 4711` for one that nobody knows. */
export function opCodeName(code: number): string {
  return names.get(code) ?? `operation ${code}`
}
