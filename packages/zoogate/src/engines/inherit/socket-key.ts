/** What makes two listeners the same socket: supervisor and engine call it by this. */
export function socketKey(listener: { readonly address: string; readonly port: number }): string {
  return `${listener.address}|${listener.port}`
}
