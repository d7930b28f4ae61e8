import { NATIVE_BYTES_MAX } from './gateway-native.ts'

/** The text of a native configuration, from the bytes that somebody put somewhere: or what is wrong with them. Pure. */
export function nativeText(
  bytes: Uint8Array,
): { readonly text: string } | { readonly problem: string } {
  if (bytes.length > NATIVE_BYTES_MAX) {
    return { problem: `has ${bytes.length} bytes, more than ${NATIVE_BYTES_MAX}` }
  }
  if (bytes.length === 0) return { problem: 'is empty' }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.includes('\0') ? { problem: 'has a NUL in it' } : { text }
  } catch {
    return { problem: 'is not UTF-8' }
  }
}
