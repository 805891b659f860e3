import type { AdminAction } from './actions.js'
import type { Operation } from './operation.js'
import { events } from './operations/events.js'
import { issue } from './operations/issue.js'
import { list } from './operations/list.js'
import { read } from './operations/read.js'
import { revoke } from './operations/revoke.js'
import { rotate } from './operations/rotate.js'
import { update } from './operations/update.js'
import { usage } from './operations/usage.js'

// By action, so that an action without a route does not compile.
const byAction: Readonly<Record<AdminAction, Operation>> = {
  issue,
  list,
  read,
  update,
  rotate,
  revoke,
  events,
  usage,
}

/** Every route there is. */
export const allOperations: readonly Operation[] = Object.values(byAction)
