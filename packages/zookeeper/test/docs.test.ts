import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { channels } from '../src/diagnostics/channels.ts'
import { serverError } from '../src/errors/server-errors.ts'
import * as api from '../src/index.ts'
import { OpCode } from '../src/protocol/index.ts'

function rowsOf(document: string): string[][] {
  const text = readFileSync(join(import.meta.dirname, '../docs', document), 'utf8')
  return text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
}

describe('docs/errors.md', () => {
  const rows = rowsOf('errors.md').filter(([, code = '']) => code.startsWith('ZK_'))

  it('lists every code once, and no other', () => {
    const listed = rows.map(([, code]) => code)
    expect(listed.sort()).toEqual([...api.zooKeeperErrorCodes].sort())
  })

  it('names the class that has the code', () => {
    const classes = new Map<string, unknown>(Object.entries(api))
    for (const [, code, name = ''] of rows) {
      const Class = classes.get(name)
      if (typeof Class !== 'function') throw new Error(`${name} is no class of this package`)
      if (name === 'ProtocolError' || name === 'MultiError' || name === 'TlsError') continue
      expect(Reflect.construct(Class, [0, '', {}])).toMatchObject({ code })
    }
  })

  it('says which are retryable', () => {
    for (const [, code, name = '', number = '', retryable] of rows) {
      if (!/^-\d/.test(number) || name === 'MultiError') continue
      for (const one of number.split(', ')) {
        const error = serverError(Number(one))
        expect([one, error.code, error.retryable]).toEqual([one, code, retryable === 'yes'])
      }
    }
  })
})

describe('docs/operations.md', () => {
  it('lists every operation with its code', () => {
    const listed = rowsOf('operations.md')
      .filter(([, , code = '']) => /^-?\d+$/.test(code))
      .map(([, name, code]) => [name, Number(code)])
    const internal = ['notification', 'deleteContainer', 'createSession', 'error']
    const known = Object.entries(OpCode).filter(([name]) => !internal.includes(name))
    expect(listed.sort()).toEqual(known.sort())
  })
})

describe('docs/diagnostics.md', () => {
  it('lists every channel', () => {
    const listed = rowsOf('diagnostics.md')
      .map(([, name = '']) => name)
      .filter((name) => name.startsWith('zookeeper:'))
    expect(listed).toHaveLength(Object.keys(channels).length)
    for (const channel of Object.values(channels)) {
      expect(listed).toContain('name' in channel ? channel.name : undefined)
    }
  })
})
