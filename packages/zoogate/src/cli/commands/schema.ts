import { Command } from 'commander'
import { jsonSchema } from '../../model/schema/json-schema.ts'
import { printJson } from '../output.ts'
import { processTerminal } from '../terminal.ts'

/** `zoogate schema`: what editors complete and check resources by. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of resources, for editors')
    .addHelpText(
      'after',
      `
zoogate schema > zoogate.schema.json
and as the first line of a YAML file (VS Code, Neovim, … with yaml-language-server):
# yaml-language-server: $schema=./zoogate.schema.json`,
    )
    .action(() => printJson(processTerminal(), jsonSchema()))
}
