import type { ServicePool } from '../../../model/view/view.ts'
import type { EnginePaths } from '../../engine.ts'
import { copyOfRuntimeFile } from './files.ts'
import { type MemberPool, membersOf } from './member.ts'

/**
 * httpd has no memory that its processes share and a configuration can write to. So who comes from which
 * address is kept in a file of fixed size for each service: in slots, of which an address has a few to
 * choose from. Where they all are taken it gets the one that was not used for the longest time.
 *
 * A client that is not known is given the member that the map of buckets draws (`picks.ts`).
 */
export const SESSIONS_SCRIPT = 'sessions.lua'
export const KEEP_SESSION = 'keep_session'
/** Which service's addresses are looked at: set beside the pick. */
export const KEPT_SERVICE = 'zoogate_keep'

const SLOT_BYTES = 128
const SLOTS_OF_AN_ADDRESS = 4
/** Of {@link SLOTS_OF_AN_ADDRESS} each: 32,768 addresses, in 4 MiB. */
const SETS = 8_192
/** A client's last request is so long ago, and it is a new one: as with nginx. */
const KEPT_S = 1_800
/** A time is written anew once it is so old. */
const TOUCHED_S = 60

export function isKeptByAddress({
  sessionPersistence,
}: Pick<ServicePool, 'sessionPersistence'>): boolean {
  return sessionPersistence?.type === 'SourceIP'
}

/** Written by httpd's workers: it is empty in a generation, and outlives it. A service's name has no dot. */
export function sessionsFile(service: string): string {
  return `${service}${SESSIONS_ENDING}`
}

export const SESSIONS_ENDING = '.sessions.table'

/** Whose clients may go on going there, a line for each. */
export function routesFile(service: string): string {
  return `${service}.routes`
}

export function routesText(pool: MemberPool): string {
  return membersOf(pool)
    .filter(({ disabled }) => !disabled)
    .map(({ route }) => `${route}\n`)
    .join('')
}

export function sessionsScript(paths: Pick<EnginePaths, 'run'>): string {
  const [routes, sessions] = [routesFile(''), sessionsFile('')].map(luaText)
  return `-- Keeps clients on their endpoints by their addresses.
local FILES = ${luaText(copyOfRuntimeFile(paths, ''))}
local SLOT, SLOTS, SETS = ${SLOT_BYTES}, ${SLOTS_OF_AN_ADDRESS}, ${SETS}
local KEPT_S, TOUCHED_S = ${KEPT_S}, ${TOUCHED_S}

-- By service, as they were read last.
local known = {}

local function routes_of(request, service)
  local path = FILES .. service .. ${routes}
  local stat = request:stat(path)
  if not stat then return {} end
  local version = string.format("%s %s %s", stat.mtime, stat.size, stat.inode)
  local have = known[service]
  if have == nil or have.version ~= version then
    have = { version = version, routes = {} }
    local file = io.open(path)
    if file then
      for route in file:lines() do have.routes[route] = true end
      file:close()
    end
    known[service] = have
  end
  return have.routes
end

-- Where an address stands, or may; since when, and for which route.
local function look(file, first, address)
  local set = file:read(SLOT * SLOTS) or ""
  local place, since = first, math.huge
  for slot = 0, SLOTS - 1 do
    local text = set:sub(slot * SLOT + 1, (slot + 1) * SLOT)
    local who, at, route = text:match("^(%S+) (%d+) (%S+) *\\n$")
    at = tonumber(at) or 0
    if who == address then return first + slot * SLOT, at, route end
    if at < since then place, since = first + slot * SLOT, at end
  end
  return place, 0, nil
end

function ${KEEP_SESSION}(request)
  local env = request.subprocess_env
  local service = env["${KEPT_SERVICE}"]
  if not service then return apache2.DECLINED end
  local cookie, picked = (env["zoogate_pick"] or ""):match("^([^=]+)=(.*)$")
  local file = cookie and io.open(FILES .. service .. ${sessions}, "r+b")
  if not file then return apache2.DECLINED end
  local address, now = request.useragent_ip, os.time()
  local first = tonumber(request:md5(address):sub(1, 4), 16) % SETS * SLOTS * SLOT
  file:seek("set", first)
  local place, at, route = look(file, first, address)
  local stays = route and now - at < KEPT_S and routes_of(request, service)[route]
  if not stays then route, at = picked, 0 end
  if route ~= "" and now - at >= TOUCHED_S then
    local text = address .. " " .. now .. " " .. route
    file:seek("set", place)
    file:write(text, string.rep(" ", SLOT - 1 - #text), "\\n")
  end
  file:close()
  env["zoogate_pick"] = cookie .. "=" .. route
  return apache2.DECLINED
end
`
}

/** As a word of Lua's: whatever it is, no byte of it has a meaning there. */
function luaText(text: string): string {
  const bytes = [...Buffer.from(text)].map((byte) => {
    const character = String.fromCharCode(byte)
    return /[\w./ -]/.test(character) ? character : `\\${String(byte).padStart(3, '0')}`
  })
  return `"${bytes.join('')}"`
}
