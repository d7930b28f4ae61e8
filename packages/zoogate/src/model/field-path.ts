/** Where a field lies in a resource: names of fields, indexes of lists. */
export type FieldPath = readonly (string | number)[]

/** `spec.rules[0].matches[1].method`; names that are no plain word are quoted: `labels["a.b"]`. */
export function formatFieldPath(path: FieldPath): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (!/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(step)) {
      text += `[${JSON.stringify(step.slice(0, 64))}]`
    } else text += text === '' ? step : `.${step}`
  }
  return text
}

/** The reverse of {@link formatFieldPath}; stops at the first part that is none. */
export function parseFieldPath(text: string): FieldPath {
  const path: (string | number)[] = []
  const step = /\.?([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]+)\]|\[("(?:[^"\\]|\\.)*")\]/y
  for (let found = step.exec(text); found !== null; found = step.exec(text)) {
    const [, name, index, quoted] = found
    if (name !== undefined) path.push(name)
    else if (index !== undefined) path.push(Number(index))
    else if (quoted !== undefined) path.push(unquote(quoted))
  }
  return path
}

function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted
  }
}
