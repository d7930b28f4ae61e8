/**
 * A value in mod_headers' format, where `%` begins what it expands, and `\n`, `\r` and `\t` are control
 * characters (`parse_misc_string` in mod_headers.c; its manual does not say so).
 */
export function headerFormat(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('%', '%%')
}
