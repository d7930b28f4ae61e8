import type { HeaderChanges } from '../../model/view/view.ts'
import type { Refuse } from './gather.ts'
import { isHeaderName, isHeaderValue } from './grammar.ts'

export interface HeaderRules {
  /** Whether the engine can hold a value. */
  readonly fits: (value: string) => boolean
  /** Why the engine cannot change the header of this name, in lower case. */
  readonly problemOf: (name: string) => string | undefined
}

/** What is wrong with changes of headers. */
export function checkHeaders(
  changes: HeaderChanges | undefined,
  field: string,
  refuse: Refuse,
  { fits, problemOf }: HeaderRules,
): void {
  for (const list of ['set', 'add'] as const) {
    changes?.[list].forEach(({ name, value }, index) => {
      checkName([list, index, 'name'], name)
      if (!isHeaderValue(value) || !fits(value)) {
        refuse([field, list, index, 'value'], 'must be printable, without space at its ends')
      }
    })
  }
  changes?.remove.forEach((name, index) => {
    checkName(['remove', index], name)
  })

  function checkName(at: readonly (string | number)[], name: string): void {
    const problem = isHeaderName(name) ? problemOf(name.toLowerCase()) : 'must be a header’s name'
    if (problem !== undefined) refuse([field, ...at], problem)
  }
}
