/** A path as it may stand in a request: what may not, and `?` and `#`, percent-encoded. */
export function encodePath(path: string): string {
  return [...Buffer.from(path)]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      return /[!-~]/.test(character) && !'?#"<>\\^`{|}'.includes(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}
