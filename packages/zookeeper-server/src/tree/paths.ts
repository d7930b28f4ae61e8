/** Nodes that every server has and that nobody may delete (PrepRequestProcessor.getParentPathAndValidate). */
const RESERVED: ReadonlySet<string> = new Set([
  '/',
  '/zookeeper',
  '/zookeeper/quota',
  '/zookeeper/config',
])

export function isReserved(path: string): boolean {
  return RESERVED.has(path)
}

/**
 * Everything before the last "/", "/" for the first level, as the server does it: without looking at whether
 * the path is a valid one. Undefined when there is no "/" or a NUL (PrepRequestProcessor.validatePathForCreate).
 */
export function lenientParent(path: string): string | undefined {
  const slash = path.lastIndexOf('/')
  if (slash === -1 || path.includes('\0')) return undefined
  return slash === 0 ? '/' : path.slice(0, slash)
}

/** `%010d` of a parent's count of creates. Negative after 2^31 creates, as in Apache's. */
export function sequentialSuffix(creates: number): string {
  return creates < 0 ? `-${String(-creates).padStart(9, '0')}` : String(creates).padStart(10, '0')
}
