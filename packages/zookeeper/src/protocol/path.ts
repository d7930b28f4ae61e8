/**
 * What is wrong with a znode path, in words, or undefined when nothing is (the rules of ZooKeeper's PathUtils.validatePath).
 * A sequential create may end in "/": the server appends a number to it.
 */
export function pathProblem(
  path: string,
  options: { readonly sequential?: boolean } = {},
): string | undefined {
  if (typeof path !== 'string') return 'it is not a string'
  if (path.length === 0) return 'it is empty'
  if (path.charCodeAt(0) !== SLASH) return 'it does not begin with "/"'
  if (path.length === 1) return undefined
  const checked = options.sequential === true ? `${path}0` : path
  if (checked.charCodeAt(checked.length - 1) === SLASH) return 'it ends in "/"'
  return segmentProblem(checked)
}

const SLASH = 0x2f
const DOT = 0x2e

function segmentProblem(path: string): string | undefined {
  let segmentStart = 1
  for (let i = 1; i <= path.length; i++) {
    const unit = i === path.length ? SLASH : path.charCodeAt(i)
    if (unit === SLASH) {
      if (i === segmentStart) return 'it has an empty segment'
      if (path.charCodeAt(segmentStart) === DOT && i - segmentStart <= 2) {
        const segment = path.slice(segmentStart, i)
        if (segment === '.' || segment === '..') return `"${segment}" is not a name`
      }
      segmentStart = i + 1
    } else if (isForbidden(unit)) {
      return `it holds the character 0x${unit.toString(16).padStart(2, '0')}`
    }
  }
  return undefined
}

/** Control characters, surrogates with the private use area, and the last sixteen of the BMP. */
function isForbidden(unit: number): boolean {
  return (
    unit <= 0x1f ||
    (unit >= 0x7f && unit <= 0x9f) ||
    (unit >= 0xd800 && unit <= 0xf8ff) ||
    unit >= 0xfff0
  )
}

/** The path one level up; "/" is its own parent. */
export function parentPath(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash <= 0 ? '/' : path.slice(0, slash)
}

/** The last segment; "" for "/". */
export function nodeName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The path of a child: `joinPath('/', 'a')` is "/a", `joinPath('/a', 'b')` is "/a/b". */
export function joinPath(parent: string, name: string): string {
  return parent === '/' ? `/${name}` : `${parent}/${name}`
}

/** Whether `path` is `ancestor` or lies below it. */
export function isWithin(path: string, ancestor: string): boolean {
  return (
    path === ancestor ||
    ancestor === '/' ||
    (path.startsWith(ancestor) && path.charCodeAt(ancestor.length) === SLASH)
  )
}
