import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseResources } from '../../packages/zoogate/src/model/checks/parse.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

function pagesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
}

const pages = ['README.md', 'CONTRIBUTING.md', 'examples/README.md', ...pagesBelow('docs')].sort()

/** Its text by the number of the line that it begins on. */
function yamlBlocks(text: string): [number, string][] {
  return [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => [
    text.slice(0, match.index).split('\n').length,
    match[1] ?? '',
  ])
}

const blocks = pages.flatMap((page) =>
  yamlBlocks(readFileSync(join(ROOT, page), 'utf8'))
    // Others are of other files: an agent.yaml, a generated configuration.
    .filter(([, yaml]) => yaml.includes('apiVersion: zoogate/v1'))
    .map(([line, yaml]) => ({ where: `${page}:${line}`, yaml })),
)

describe('resources in the documentation', () => {
  test('are found', () => {
    expect(blocks.length).toBeGreaterThan(10)
  })

  test.each(blocks)('are valid: $where', ({ where, yaml }) => {
    const { resources, issues } = parseResources(yaml, where)
    expect(issues).toEqual([])
    expect(resources.length).toBe(yaml.match(/^kind: /gm)?.length)
  })
})

describe('links in the documentation', () => {
  test.each(pages)('lead somewhere: %s', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8')
    const targets = [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].map(
      (match) => match[1] ?? '',
    )
    const local = targets.filter((target) => !/^[a-z]+:/.test(target))
    const dead = local.filter((target) => !existsSync(resolve(ROOT, dirname(page), target)))
    expect(dead).toEqual([])
  })
})
