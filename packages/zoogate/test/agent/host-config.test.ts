import { describe, expect, it } from 'vitest'
import { parseHostConfig, readHostConfig } from '../../src/agent/host-config.ts'

const parse = (text: string) => parseHostConfig(text, 'agent.yaml')

describe('agent.yaml', () => {
  it('may be empty', () => {
    expect(parse('')).toMatchObject({ stateFolder: undefined, engine: { mode: 'supervised' } })
  })

  it('says where instances may be', () => {
    const { addresses } = parse('discovery: { allowAddresses: [10.0.0.0/8, "::1"] }')
    expect(addresses('10.1.2.3')).toBeUndefined()
    expect(addresses('::1')).toBeUndefined()
    expect(addresses('11.1.2.3')).toContain('allowAddresses')
  })

  it('attaches to an engine of the host', () => {
    const { engine } = parse(
      'engine: { mode: attached, pidFile: /run/nginx.pid, reloadCommand: [systemctl, reload, nginx] }',
    )
    expect(engine).toEqual({
      mode: 'attached',
      pidFile: '/run/nginx.pid',
      reloadCommand: ['systemctl', 'reload', 'nginx'],
    })
  })

  it.each([
    ['discovery: [', /agent\.yaml:1:\d+ /],
    [
      'discovery:\n  allowAdresses: []',
      /agent\.yaml:\d+ discovery\.allowAdresses: .*allowAddresses/,
    ],
    ['discovery: { allowAddresses: [10.0.0.0/99] }', /allowAddresses\[0\]: must be an address/],
    ['engine: { mode: watched }', /engine\.mode: must be/],
    ['engine: { mode: attached }', /engine\.pidFile: is missing/],
    ['stateFolder: here', /stateFolder: must be an absolute path/],
    ['- 1', /must be an object/],
  ])('refuses %j', (text, words) => {
    expect(() => parse(text)).toThrow(words)
  })

  it('must be there where it is named', async () => {
    await expect(readHostConfig({ file: '/nonexistent/agent.yaml' })).rejects.toThrow('ENOENT')
  })
})
