/** Networks as httpd takes them: it knows none of all addresses (`/0`), so that one is its two halves. */
export function httpdNetworks(networks: readonly string[]): readonly string[] {
  return networks.flatMap((network) => {
    if (!network.endsWith('/0')) return network
    return network.includes(':') ? ['::/1', '8000::/1'] : ['0.0.0.0/1', '128.0.0.0/1']
  })
}
