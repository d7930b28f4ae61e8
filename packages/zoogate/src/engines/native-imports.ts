import { nativeImport as haproxy } from './haproxy/native/import.ts'
import { nativeImport as httpd } from './httpd/native/import.ts'
import type { NativeImport } from './native/native-import.ts'
import { nativeImport as nginx } from './nginx/native/import.ts'

/** The engines that have a language of their own, and how configurations in it are taken in. */
export const nativeImports = { haproxy, nginx, httpd } as const satisfies Record<
  string,
  NativeImport
>

export type NativeEngineName = keyof typeof nativeImports

/** Which engine's a text looks like; undefined: none's, or two's. Pure. */
export function engineOf(text: string): NativeEngineName | undefined {
  const names = Object.keys(nativeImports) as NativeEngineName[]
  const [best, second] = names
    .map((name) => ({ name, likeness: nativeImports[name].likeness(text) }))
    .sort((a, b) => b.likeness - a.likeness)
  return best === undefined || best.likeness === (second?.likeness ?? 0) ? undefined : best.name
}
